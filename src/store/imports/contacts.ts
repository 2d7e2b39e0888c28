import { newId } from '../../domain/ids';
import {
  type FieldChange,
  type KnownContact,
  type MergeRules,
  madeOf,
  merged,
  type ToldContact,
} from '../../domain/importing/merge';
import { normalisedEmail } from '../contacts';
import { type Db, noteLock, Prisma, type Tx } from '../db';
import { millis } from '../fact-columns';

/** What one row tells of a contact. */
export interface ContactRow {
  readonly contact: Omit<ToldContact, 'at'> & { readonly email: string };
  readonly at: ToldContact['at'];
}

/** What came of it. A later row about a contact that this batch has made is `updated` or `unchanged`. */
export interface PutContact {
  readonly contactId: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** Of a contact that was on record before the batch: what changed. */
  readonly changes: readonly FieldChange[];
}

/** What the columns of a contact hold when nobody says: prisma/schema/contact.prisma. */
export const CONTACT_DEFAULTS = { locale: 'pt-BR', timeZone: 'America/Sao_Paulo' } as const;

interface Standing {
  readonly id: string;
  readonly isNew: boolean;
  contact: KnownContact;
  isChanged: boolean;
}

/** Another transaction was faster, and the batch must be tried again. */
export class Overtaken extends Error {}

/**
 * Puts the contacts of many rows on record, and brings those that are there up to date by `rules`: three statements for all of them.
 * Holds their locks when it returns. Throws Overtaken when somebody else has just put one of them on record.
 */
export async function putContacts(
  tx: Tx,
  rows: readonly ContactRow[],
  rules: MergeRules,
): Promise<readonly PutContact[]> {
  if (rows.length === 0) return [];
  const emails = rows.map(({ contact }) => normalisedEmail(contact.email));
  const known = await knownContacts(tx, emails, Prisma.sql`ORDER BY id FOR UPDATE`);
  for (const { id } of known.values()) noteLock(tx, id);
  const standing = new Map<string, Standing>(
    [...known].map(([email, { id, ...contact }]) => [email, { id, isNew: false, contact, isChanged: false }]),
  );
  const put = rows.map((row, index) => fold(standing, { row, email: emails[index] ?? '', rules }));
  await insertNew(tx, standing);
  await updateChanged(tx, standing);
  return put;
}

interface Fold {
  readonly row: ContactRow;
  readonly email: string;
  readonly rules: MergeRules;
}

function fold(standing: Map<string, Standing>, { row, email, rules }: Fold): PutContact {
  const told: ToldContact = { ...row.contact, at: row.at };
  const before = standing.get(email);
  if (!before) {
    const id = newId();
    standing.set(email, { id, isNew: true, contact: madeOf(told, CONTACT_DEFAULTS), isChanged: false });
    return { contactId: id, outcome: 'created', changes: [] };
  }
  const { after, changes } = merged(before.contact, told, rules);
  if (changes.length === 0) return { contactId: before.id, outcome: 'unchanged', changes };
  before.contact = after;
  before.isChanged = true;
  return { contactId: before.id, outcome: 'updated', changes: before.isNew ? [] : changes };
}

export type KnownRow = KnownContact & { readonly id: string };

/** Contacts on record, by their addresses. */
export async function knownContacts(
  db: Db | Tx,
  emails: readonly string[],
  lock: Prisma.Sql = Prisma.empty,
): Promise<ReadonlyMap<string, KnownRow>> {
  const rows = await db.$queryRaw<(KnownRow & { readonly email: string })[]>`
    SELECT id, email, ${KNOWN_COLUMNS} FROM contact WHERE email = ANY(${[...new Set(emails)]}::text[]) ${lock}`;
  return new Map(rows.map(({ email, ...row }) => [email, row]));
}

/** Over a row of `contact`: what `KnownContact` has. */
export const KNOWN_COLUMNS = Prisma.sql`name, locale, time_zone AS "timeZone", attributes, coalesce(tags, '{}') AS tags,
  ${millis(Prisma.sql`coalesce(changed_at, created_at)`)} AS "changedAt"`;

async function insertNew(tx: Tx, standing: ReadonlyMap<string, Standing>): Promise<void> {
  const rows = [...standing].flatMap(([email, { id, isNew, contact }]) =>
    isNew ? [{ id, email, ...told(contact) }] : [],
  );
  if (rows.length === 0) return;
  const count = await tx.$executeRaw`
    INSERT INTO contact (id, email, name, locale, time_zone, attributes, tags, created_at, changed_at)
    SELECT id, email, name, locale, time_zone, attributes, tags, at, at
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, email text, name text, locale text, time_zone text,
      attributes jsonb, tags text[], at timestamptz)
    ON CONFLICT (email) DO NOTHING`;
  if (count < rows.length) throw new Overtaken();
  for (const { id } of rows) noteLock(tx, id); // nobody else can see them yet
}

async function updateChanged(tx: Tx, standing: ReadonlyMap<string, Standing>): Promise<void> {
  const rows = [...standing.values()].flatMap(({ id, isNew, contact, isChanged }) =>
    isChanged && !isNew ? [{ id, ...told(contact) }] : [],
  );
  await writeContacts(tx, rows);
}

export interface WrittenContact extends ReturnType<typeof told> {
  readonly id: string;
}

/** Writes what is known of contacts whose locks the caller holds. */
export async function writeContacts(tx: Tx, rows: readonly WrittenContact[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    UPDATE contact SET name = r.name, locale = r.locale, time_zone = r.time_zone, attributes = r.attributes, tags = r.tags,
      changed_at = r.at
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, name text, locale text, time_zone text,
      attributes jsonb, tags text[], at timestamptz)
    WHERE contact.id = r.id`;
}

/** A contact as its columns hold it. */
export const told = ({ name, locale, timeZone, attributes, tags, changedAt }: KnownContact) => ({
  name,
  locale,
  time_zone: timeZone,
  attributes,
  tags,
  at: new Date(changedAt).toISOString(),
});
