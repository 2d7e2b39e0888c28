import { type Instant, type Json, newId } from '../domain/ids';
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

/** The form in which addresses are kept and compared: one mailbox, one contact. */
export const normalisedEmail = (email: string): string => email.trim().toLowerCase();

/**
 * Puts a contact on record, or brings the one with this address up to date: given fields overwrite, attributes and tags merge,
 * fields that are absent stay. Holds the contact's lock when it returns. Fit does not follow by itself: `refit` (./fit) does that, and
 * `openLead` calls it.
 */
export async function upsertContact(
  tx: Tx,
  contact: ContactInput,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const given = givenColumns(contact);
  const columns = Prisma.join([Prisma.sql`id, email, created_at`, ...given.map(({ column }) => column)]);
  const fixed = Prisma.sql`${newId()}::uuid, ${normalisedEmail(contact.email)}, ${new Date(contact.at)}`;
  const values = Prisma.join([fixed, ...given.map(({ value }) => value)]);
  // an update that changes nothing still takes the row's lock, and waits for whoever holds it
  const changes = Prisma.join([
    Prisma.sql`changed_at = greatest(coalesce(contact.changed_at, contact.created_at), excluded.created_at)`,
    ...given.map(({ change }) => change),
  ]);
  const [row] = await tx.$queryRaw<{ id: string; created: boolean }[]>`
    INSERT INTO contact (${columns}) VALUES (${values})
    ON CONFLICT (email) DO UPDATE SET ${changes} RETURNING id, (xmax = 0) AS created`; // xmax 0: no earlier row was locked
  if (!row) throw new TypeError('an upsert answers one row');
  noteLock(tx, row.id);
  return row;
}

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
