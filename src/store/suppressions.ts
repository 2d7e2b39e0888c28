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

/** Suppresses the address of a contact. An earlier suppression stands as it is, also when the import that brought it is taken back. */
export async function suppressContact(tx: Tx, suppression: NewSuppression): Promise<void> {
  const { contactId, reason, scope = 'everything', at, sendId = '' } = suppression;
  const send = UUID.test(sendId) ? sendId : null;
  await tx.$executeRaw`
    WITH a AS (
      SELECT e.email, ${addressHashSql(tx, Prisma.sql`e.email`)} AS hash FROM (
        SELECT lower(s.recipient) AS email FROM send s WHERE s.id = ${send}::uuid AND s.contact_id = ${contactId}::uuid
        UNION SELECT lower(c.email) FROM contact c WHERE c.id = ${contactId}::uuid AND (${isOfPerson(reason)} OR NOT EXISTS (
          SELECT 1 FROM send s WHERE s.id = ${send}::uuid AND s.contact_id = c.id))) AS e),
    kept AS (
      UPDATE suppression SET import_id = NULL, reason = ${reason} FROM a
      WHERE import_id IS NOT NULL AND scope = ${scope} AND (suppression.email = a.email OR suppression.hash = a.hash))
    INSERT INTO suppression (email, hash, scope, reason, at)
    SELECT email, hash, ${scope}, ${reason}, ${new Date(at)} FROM a ON CONFLICT DO NOTHING`;
}

/** What a person says holds for the address that they have now, too: a mail may have gone to one that was merged since. */
const isOfPerson = (reason: NewSuppression['reason']): boolean => reason === 'unsubscribed' || reason === 'complaint';

/** What someone said by unsubscribing is undone by their own new consent; what a server or a complaint said is not. */
export async function liftUnsubscribed(
  tx: Tx,
  { contactIds, scopes }: { readonly contactIds: readonly string[]; readonly scopes: readonly SuppressionScope[] },
): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM suppression USING contact c WHERE c.id = ANY(${[...contactIds]}::uuid[]) AND reason = 'unsubscribed'
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
