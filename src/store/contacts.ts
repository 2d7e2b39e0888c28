import { failure } from '../domain/errors';
import { type Address, normalizeAddress } from '../domain/identity/address';
import { DEFAULT_IDENTITY } from '../domain/identity/rules';
import { type Instant, type Json, newId } from '../domain/ids';
import type { Rules } from '../domain/rules';
import { spellingOf } from './addresses';
import { noteLock, Prisma, type Tx } from './db';

export interface ContactInput {
  readonly email: string;
  readonly name?: string;
  readonly timeZone?: string;
  readonly locale?: string;
  readonly attributes?: { readonly [key: string]: Json };
  /** Added to those that it has. */
  readonly tags?: readonly string[];
  /** When it was put on record, if it is new. */
  readonly at: Instant;
}

/** The form in which addresses are compared, and suppressed. */
export const normalisedEmail = (email: string): string => spellingOf(email).exact;

/** Who was merged, or made, in the very moment is found the next time. */
const MOST_TRIES = 5;

/**
 * Puts a contact on record, or brings the one that is found by this address up to date: given fields overwrite, attributes and tags merge,
 * fields that are absent stay, and so does its address. One contact, however many come at once. Holds the contact's lock when it returns.
 * Fit does not follow by itself: `refit` (./fit) does that, and `openLead` calls it. Throws VIV_ADDRESS_INVALID.
 */
export async function upsertContact(
  tx: Tx,
  contact: ContactInput,
  { identity = DEFAULT_IDENTITY }: Pick<Rules, 'identity'> = {},
): Promise<{ readonly id: string; readonly created: boolean }> {
  const address = normalizeAddress(contact.email, identity);
  if (address.type === 'refused')
    throw failure('VIV_ADDRESS_INVALID', { address: shown(contact.email), problem: address.problem });
  const asked = { address, given: givenColumns(contact), at: contact.at };
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const row = (await update(tx, asked)) ?? (await insert(tx, asked));
    if (row) {
      noteLock(tx, row.id);
      return row;
    }
  }
  throw new TypeError('an address is that of a contact, or can be given to one');
}

const CHANGED = Prisma.sql`changed_at = greatest(coalesce(contact.changed_at, contact.created_at), excluded.told_at)`;

/** An update that changes nothing still takes the row's lock, and waits for whoever holds it. */
async function update(tx: Tx, { address: { address, key }, given, at }: New) {
  const exact = address.toLowerCase();
  const changes = Prisma.join([CHANGED, ...given.map(({ change }) => change)]);
  const values = Prisma.join([
    Prisma.sql`${new Date(at)}::timestamptz AS told_at`,
    ...given.map(({ column, value }) => Prisma.sql`${value} AS ${column}`),
  ]);
  const [row] = await tx.$queryRaw<{ id: string; created: boolean }[]>`
    UPDATE contact SET ${changes} FROM (
      SELECT contact_id, ${values} FROM contact_address WHERE key IN (${exact}, ${key}) ORDER BY key = ${exact} DESC LIMIT 1
    ) AS excluded WHERE contact.id = excluded.contact_id RETURNING contact.id, false AS created`;
  return row;
}

interface New {
  readonly address: Address;
  readonly given: readonly GivenColumn[];
  readonly at: Instant;
}

/** Undefined: somebody else is making one with this key, and has committed by now. */
async function insert(tx: Tx, { address: { address, key }, given, at }: New) {
  const exact = address.toLowerCase();
  const id = newId();
  const columns = Prisma.join([Prisma.sql`id, email, created_at`, ...given.map(({ column }) => column)]);
  const values = Prisma.join([
    Prisma.sql`own.contact_id, ${address}, ${new Date(at)}`,
    ...given.map(({ value }) => value),
  ]);
  const [row] = await tx.$queryRaw<{ id: string; created: boolean }[]>`
    WITH own AS (
      INSERT INTO contact_address (key, contact_id, home, derived) VALUES (${key}, ${id}::uuid, ${key}, ${key !== exact})
      ON CONFLICT (key) DO NOTHING RETURNING contact_id),
    other AS (
      INSERT INTO contact_address (key, contact_id, home) SELECT ${exact}, contact_id, ${key} FROM own WHERE ${key !== exact})
    INSERT INTO contact (${columns}) SELECT ${values} FROM own RETURNING id, true AS created`;
  return row;
}

const LONGEST_SHOWN = 60;
const shown = (text: string): string =>
  JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);

interface GivenColumn {
  readonly column: Prisma.Sql;
  readonly value: Prisma.Sql;
  readonly change: Prisma.Sql;
}

function givenColumns({ name, timeZone, locale, attributes, tags }: ContactInput): readonly GivenColumn[] {
  const texts = Object.entries({ name, time_zone: timeZone, locale }).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const column = Prisma.raw(key); // one of the names above, never input
    return [{ column, value: Prisma.sql`${value}`, change: Prisma.sql`${column} = excluded.${column}` }];
  });
  return [
    ...texts,
    ...(attributes === undefined ? [] : [mergedAttributes(attributes)]),
    ...(tags === undefined ? [] : [addedTags(tags)]),
  ];
}

const mergedAttributes = (attributes: NonNullable<ContactInput['attributes']>): GivenColumn => ({
  column: Prisma.sql`attributes`,
  value: Prisma.sql`${JSON.stringify(attributes)}::jsonb`,
  change: Prisma.sql`attributes = contact.attributes || excluded.attributes`,
});

const addedTags = (tags: readonly string[]): GivenColumn => ({
  column: Prisma.sql`tags`,
  value: Prisma.sql`${[...new Set(tags)].sort()}::text[]`,
  change: Prisma.sql`tags = ARRAY(
    SELECT DISTINCT tag FROM unnest(coalesce(contact.tags, '{}') || excluded.tags) AS tag ORDER BY tag)`,
});
