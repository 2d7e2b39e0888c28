import { normalizeAddress } from '../../domain/identity/address';
import { DEFAULT_IDENTITY, type IdentityRules } from '../../domain/identity/rules';
import { newId } from '../../domain/ids';
import {
  type FieldChange,
  type KnownContact,
  type MergeRules,
  madeOf,
  merged,
  type ToldContact,
} from '../../domain/importing/merge';
import { isFoundBy, ownersOf, type Spelling, spellingOf } from '../addresses';
import { type Db, noteLock, Prisma, type Tx } from '../db';
import { millis } from '../fact-columns';
import { domainToJoin, putDomains } from '../organisations';

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
  /** Of one that the batch makes. */
  readonly isNew?: Spelling & { readonly email: string };
  contact: KnownContact;
  isChanged: boolean;
}

/** Another transaction was faster, and the batch must be tried again. */
export class Overtaken extends Error {}

export interface PutRules {
  readonly merge: MergeRules;
  /** Absent: `DEFAULT_IDENTITY` holds. */
  readonly identity?: IdentityRules | undefined;
  /** Whether who is new joins the organisation of the domain of their address, if the rules want it. */
  readonly joins?: boolean;
}

/**
 * Puts the contacts of many rows on record, and brings those that are there up to date by `merge`: a few statements for all of them.
 * Holds their locks when it returns. Throws Overtaken when somebody else has just put one of them on record.
 */
export async function putContacts(
  tx: Tx,
  rows: readonly ContactRow[],
  { merge: rules, identity = DEFAULT_IDENTITY, joins = false }: PutRules,
): Promise<readonly PutContact[]> {
  if (rows.length === 0) return [];
  const spelled = rows.map(({ contact }) => spellingOf(contact.email, identity));
  const known = await knownContacts(tx, spelled, Prisma.sql`ORDER BY id FOR UPDATE`);
  const standing = new Map<string, Standing>();
  const byId = new Map<string, Standing>();
  for (const [key, { id, ...contact }] of known) {
    noteLock(tx, id);
    const one = byId.get(id) ?? { id, contact, isChanged: false };
    byId.set(id, one);
    standing.set(key, one);
  }
  const put = rows.map((row, index) =>
    fold(standing, { row, spelling: spelled[index] ?? NO_SPELLING, rules, identity }),
  );
  await insertNew(tx, standing, ({ email }) => (joins ? domainToJoin(email, identity) : undefined));
  await updateChanged(tx, standing);
  return put;
}

/** The address as it is kept. */
function writtenAs(email: string, identity: IdentityRules): string {
  const address = normalizeAddress(email, identity);
  return address.type === 'valid' ? address.address : email.trim();
}

const NO_SPELLING: Spelling = { exact: '', home: '' };

interface Fold {
  readonly row: ContactRow;
  readonly spelling: Spelling;
  readonly identity: IdentityRules;
  readonly rules: MergeRules;
}

function fold(standing: Map<string, Standing>, { row, spelling, rules, identity }: Fold): PutContact {
  const told: ToldContact = { ...row.contact, at: row.at };
  const { exact, home } = spelling;
  const before = standing.get(exact) ?? standing.get(home);
  if (!before) {
    const id = newId();
    const isNew = { ...spelling, email: writtenAs(row.contact.email, identity) };
    const made: Standing = { id, isNew, contact: madeOf(told, CONTACT_DEFAULTS), isChanged: false };
    standing.set(exact, made);
    standing.set(home, made);
    return { contactId: id, outcome: 'created', changes: [] };
  }
  const { after, changes } = merged(before.contact, told, rules);
  if (changes.length === 0) return { contactId: before.id, outcome: 'unchanged', changes };
  before.contact = after;
  before.isChanged = true;
  return { contactId: before.id, outcome: 'updated', changes: before.isNew ? [] : changes };
}

export type KnownRow = KnownContact & { readonly id: string };

/** Contacts on record, by the keys by which they are found. */
export async function knownContacts(
  db: Db | Tx,
  spelled: readonly Spelling[],
  lock: Prisma.Sql = Prisma.empty,
): Promise<ReadonlyMap<string, KnownRow>> {
  const keys = [...new Set(spelled.flatMap(({ exact, home }) => [exact, home]))];
  const rows = await db.$queryRaw<
    KnownRow[]
  >`SELECT id, ${KNOWN_COLUMNS} FROM contact WHERE ${isFoundBy(keys)} ${lock}`;
  const owners = await ownersOf(db, { keys, contactIds: rows.map(({ id }) => id) });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return new Map(
    [...owners].flatMap(([key, id]) => {
      const row = byId.get(id);
      return row ? [[key, row] as const] : [];
    }),
  );
}

/** Over a row of `contact`: what `KnownContact` has. */
export const KNOWN_COLUMNS = Prisma.sql`name, locale, time_zone AS "timeZone", attributes, coalesce(tags, '{}') AS tags,
  ${millis(Prisma.sql`coalesce(changed_at, created_at)`)} AS "changedAt"`;

async function insertNew(
  tx: Tx,
  standing: ReadonlyMap<string, Standing>,
  domainOf: (contact: { readonly email: string }) => string | undefined,
): Promise<void> {
  const made = [...new Set(standing.values())].flatMap(({ id, isNew, contact }) =>
    isNew ? [{ id, ...isNew, ...told(contact), domain: domainOf(isNew), told_at: contact.changedAt }] : [],
  );
  if (made.length === 0) return;
  await putDomains(
    tx,
    made.flatMap(({ domain, told_at: at }) => (domain === undefined ? [] : [{ domain, at }])),
  );
  const count = await tx.$executeRaw`
    WITH r AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(made)}::json) AS r(id uuid, email text, exact text, home text, name text,
        locale text, time_zone text, attributes jsonb, tags text[], at timestamptz, domain text)),
    own AS (
      INSERT INTO contact_address (key, contact_id, home, derived) SELECT home, id, home, home <> exact FROM r
      ON CONFLICT (key) DO NOTHING RETURNING contact_id),
    other AS (
      INSERT INTO contact_address (key, contact_id, home)
      SELECT exact, id, home FROM r JOIN own ON own.contact_id = r.id WHERE exact <> home)
    INSERT INTO contact (id, email, name, locale, time_zone, attributes, tags, created_at, changed_at, organisation_id)
    SELECT r.id, r.email, r.name, r.locale, r.time_zone, r.attributes, r.tags, r.at, r.at, o.id
    FROM r JOIN own ON own.contact_id = r.id LEFT JOIN organisation o ON o.domain = r.domain`;
  if (count < made.length) throw new Overtaken();
  for (const { id } of made) noteLock(tx, id); // nobody else can see them yet
}

async function updateChanged(tx: Tx, standing: ReadonlyMap<string, Standing>): Promise<void> {
  const rows = [...new Set(standing.values())].flatMap(({ id, isNew, contact, isChanged }) =>
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
