import { type SuppressionScope, scopesOver, TRANSACTIONAL } from '../domain/consent/scope';
import type { Instant } from '../domain/ids';
import { addressHashSql } from './address-sql';
import { Prisma, type Tx } from './db';
import { addressHash } from './keys';

/** Why an address must not be mailed for this purpose; undefined when it may. */
export async function suppressionOf(tx: Tx, email: string, purpose = TRANSACTIONAL): Promise<string | undefined> {
  const [row] = await tx.$queryRaw<{ reason: string }[]>`
    SELECT reason FROM suppression WHERE (email = ${email} OR hash = ${addressHash(tx, email)})
      AND scope = ANY(${[...scopesOver(purpose)]}::text[]) ORDER BY scope = 'everything' DESC, id LIMIT 1`;
  return row?.reason;
}

export interface NewSuppression {
  readonly contactId: string;
  readonly reason: 'hard_bounce' | 'soft_bounces' | 'complaint' | 'unsubscribed';
  /** Default: everything. */
  readonly scope?: SuppressionScope;
  readonly at: Instant;
  /** The mail that brought it about: its recipient is suppressed, also when the contact has another address by now. */
  readonly sendId?: string | undefined;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Suppresses the address of a contact; what the person has said holds at every address that is theirs. An earlier suppression stands as it
 * is, also when the import or the merge that brought it is taken back.
 */
export async function suppressContact(tx: Tx, suppression: NewSuppression): Promise<void> {
  const { contactId, reason, scope = 'everything', at, sendId = '' } = suppression;
  const send = UUID.test(sendId) ? sendId : null;
  await tx.$executeRaw`
    WITH a AS (
      SELECT e.email, ${addressHashSql(tx, Prisma.sql`e.email`)} AS hash FROM (
        SELECT lower(s.recipient) AS email FROM send s WHERE s.id = ${send}::uuid AND s.contact_id = ${contactId}::uuid
        UNION SELECT lower(c.email) FROM contact c WHERE c.id = ${contactId}::uuid AND (${isOfPerson(reason)} OR NOT EXISTS (
          SELECT 1 FROM send s WHERE s.id = ${send}::uuid AND s.contact_id = c.id))
        UNION SELECT d.key FROM contact_address d WHERE d.contact_id = ${contactId}::uuid AND NOT d.derived AND ${isOfPerson(reason)}
      ) AS e),
    kept AS (
      UPDATE suppression SET import_id = NULL, merge_id = NULL, reason = ${reason} FROM a
      WHERE (import_id IS NOT NULL OR merge_id IS NOT NULL) AND scope = ${scope}
        AND (suppression.email = a.email OR suppression.hash = a.hash))
    INSERT INTO suppression (email, hash, scope, reason, at)
    SELECT email, hash, ${scope}, ${reason}, ${new Date(at)} FROM a ON CONFLICT DO NOTHING`;
}

/** What a person says is about them, whichever of their addresses it came from. */
const isOfPerson = (reason: NewSuppression['reason']): boolean => reason === 'unsubscribed' || reason === 'complaint';

/** What a server has said is about one mailbox, and stays with it; all else is about whoever has the address. */
export const OF_MAILBOX: readonly string[] = ['hard_bounce', 'soft_bounces'];

/**
 * The other addresses of whoever is found by those of `given`, with the columns of these, as rows of `email` and the rest: a list of one
 * may name an address that its owner is not written to any more.
 */
export const otherAddresses = (given: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT DISTINCT o.key AS email, g.scope, g.reason FROM ${given} AS g
  JOIN contact_address a ON a.key = lower(g.email) AND NOT a.derived
  JOIN contact_address o ON o.contact_id = a.contact_id AND NOT o.derived AND o.key <> a.key
  WHERE g.reason <> ALL(${[...OF_MAILBOX]}::text[])`;

/** What someone said by unsubscribing, or by being erased, is undone by their own new consent; what a server or a complaint said is not. */
export async function liftUnsubscribed(
  tx: Tx,
  { contactIds, scopes }: { readonly contactIds: readonly string[]; readonly scopes: readonly SuppressionScope[] },
): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM suppression USING contact c WHERE c.id = ANY(${[...contactIds]}::uuid[]) AND reason IN ('unsubscribed', 'erased')
      AND scope = ANY(${[...scopes]}::text[])
      AND (suppression.email = lower(c.email) OR suppression.hash = ${addressHashSql(tx, Prisma.sql`lower(c.email)`)})`;
}

/** Forgets an address and keeps its hash: erasure takes the person, and they stay suppressed. The address must be normalised. */
export async function forgetAddress(tx: Tx, email: string): Promise<void> {
  const hash = addressHash(tx, email);
  // one that was added by its hash alone may stand beside it
  await tx.$executeRaw`
    DELETE FROM suppression s WHERE s.email = ${email} AND EXISTS (
      SELECT 1 FROM suppression o WHERE o.hash = ${hash} AND o.scope = s.scope AND o.id <> s.id)`;
  await tx.$executeRaw`UPDATE suppression SET email = NULL, hash = ${hash} WHERE email = ${email}`;
}

/** The widest of the suppressions that `which` picks, as the gate is told of it. `at`: how its time is written. */
export const widest = (which: Prisma.Sql, at: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT json_build_object('reason', reason, 'at', ${at}, 'scope', scope) FROM suppression
  WHERE ${which}
  ORDER BY scope = 'everything' DESC, scope = 'marketing' DESC, at LIMIT 1)`;

/**
 * Suppresses the addresses of somebody who is erased; answers the ids of those that are new. What was suppressed before stands as it is,
 * also when the import that brought it is taken back.
 */
export async function suppressErased(
  tx: Tx,
  o: { readonly addresses: readonly string[]; readonly scope: SuppressionScope; readonly at: Instant },
): Promise<readonly number[]> {
  const { addresses, scope, at } = o;
  const hashes = addresses.map((email) => addressHash(tx, email));
  await tx.$executeRaw`
    UPDATE suppression SET import_id = NULL, merge_id = NULL
    WHERE (import_id IS NOT NULL OR merge_id IS NOT NULL) AND scope = ${scope}
      AND (email = ANY(${[...addresses]}::text[]) OR hash = ANY(${hashes}::text[]))`;
  const rows = await tx.$queryRaw<{ id: number }[]>`
    INSERT INTO suppression (email, hash, scope, reason, at)
    SELECT email, hash, ${scope}, 'erased', ${new Date(at)}
    FROM unnest(${[...addresses]}::text[], ${hashes}::text[]) AS a(email, hash)
    ON CONFLICT DO NOTHING RETURNING id::float8 AS id`;
  return rows.map(({ id }) => id);
}
