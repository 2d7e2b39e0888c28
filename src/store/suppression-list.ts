import type { SuppressionScope } from '../domain/consent/scope';
import type { Decision } from '../domain/decision';
import { failure } from '../domain/errors';
import { type Instant, keyOf, newId } from '../domain/ids';
import { addressHashSql } from './address-sql';
import { findByAddress } from './addresses';
import { normalisedEmail } from './contacts';
import { type Db, Prisma, type Tx, transaction } from './db';
import { recordDecisions } from './decisions';
import { millis } from './fact-columns';
import { addressHash } from './keys';
import { otherAddresses } from './suppressions';

/** An address, or its hash where that is all there is: 64 hexadecimal digits. */
export type Address = { readonly email: string } | { readonly hash: string };

const HASH = /^[0-9a-f]{64}$/i;

/** What a person typed. */
export const addressOf = (text: string): Address =>
  HASH.test(text.trim()) ? { hash: text.trim().toLowerCase() } : { email: normalisedEmail(text) };

export const shownAddress = (address: Address): string => ('email' in address ? address.email : address.hash);

const columnsOf = (tx: Db | Tx, address: Address) =>
  'email' in address
    ? { email: address.email, hash: addressHash(tx, address.email) }
    : { email: null, hash: address.hash };

export interface SuppressionRow {
  readonly id: number;
  /** Null: erased. */
  readonly email: string | null;
  readonly hash: string | null;
  readonly scope: string;
  readonly reason: string;
  readonly at: Instant;
  readonly importId: string | null;
}

const COLUMNS = Prisma.sql`id::float8 AS id, email, hash, scope, reason, ${millis(Prisma.sql`at`)} AS at, import_id AS "importId"`;

export interface SuppressionQuery {
  readonly scope?: string | undefined;
  readonly reason?: string | undefined;
  readonly most: number;
}

/** The newest first. */
export function listSuppressions(
  db: Db,
  { scope, reason, most }: SuppressionQuery,
): Promise<readonly SuppressionRow[]> {
  return db.$queryRaw<SuppressionRow[]>`
    SELECT ${COLUMNS} FROM suppression
    WHERE (${scope ?? null}::text IS NULL OR scope = ${scope ?? null}) AND (${reason ?? null}::text IS NULL OR reason = ${reason ?? null})
    ORDER BY suppression.at DESC, suppression.id DESC LIMIT ${most}`;
}

const PAGE = 1_000;

/** All of them, the oldest first, page by page. */
export async function* allSuppressions(db: Db): AsyncGenerator<SuppressionRow> {
  for (let after = 0; ; ) {
    const rows = await db.$queryRaw<SuppressionRow[]>`
      SELECT ${COLUMNS} FROM suppression WHERE suppression.id > ${after} ORDER BY suppression.id LIMIT ${PAGE}`;
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

export interface ManualSuppression {
  readonly address: Address;
  readonly scope: SuppressionScope;
  readonly at: Instant;
}

/** Suppresses an address by hand. False: it was already; that one stands as it is. */
export function addSuppression(db: Db, { address, scope, at }: ManualSuppression): Promise<boolean> {
  return transaction(db, async (tx) => {
    const isNew = await insert(tx, { address, scope, at });
    if (isNew) await told(tx, { address, scope, at, outcome: 'suppressed', reason: `suppressed by hand for ${scope}` });
    return isNew;
  });
}

/** Takes a suppression back. Throws VIV_SUPPRESSION_UNKNOWN. */
export function removeSuppression(
  db: Db,
  { address, scope, at }: ManualSuppression,
): Promise<{ readonly reason: string }> {
  return transaction(db, async (tx) => {
    const { email, hash } = columnsOf(tx, address);
    const [row] = await tx.$queryRaw<{ reason: string }[]>`
      DELETE FROM suppression WHERE scope = ${scope} AND (email = ${email} OR hash = ${hash}) RETURNING reason`;
    if (!row) throw failure('VIV_SUPPRESSION_UNKNOWN', { address: shownAddress(address), scope });
    const reason = `the suppression for ${scope} (${row.reason}) was taken back by hand`;
    await told(tx, { address, scope, at, outcome: 'released', reason });
    return row;
  });
}

/** One that an import or a merge brought stays when that is taken back. */
async function insert(tx: Tx, { address, scope, at }: ManualSuppression): Promise<boolean> {
  const { email, hash } = columnsOf(tx, address);
  const count = await tx.$executeRaw`
    WITH kept AS (
      UPDATE suppression SET import_id = NULL, merge_id = NULL, reason = 'manual'
      WHERE (import_id IS NOT NULL OR merge_id IS NOT NULL) AND scope = ${scope} AND (email = ${email} OR hash = ${hash}))
    INSERT INTO suppression (email, hash, scope, reason, at)
    VALUES (${email}, ${hash}, ${scope}, 'manual', ${new Date(at)}) ON CONFLICT DO NOTHING`;
  await tx.$executeRaw`
    INSERT INTO suppression (email, hash, scope, reason, at)
    SELECT o.email, ${addressHashSql(tx, Prisma.sql`o.email`)}, o.scope, o.reason, ${new Date(at)}
    FROM (${otherAddresses(Prisma.sql`(SELECT ${email}::text AS email, ${scope} AS scope, 'manual' AS reason)`)}) AS o
    ON CONFLICT DO NOTHING`;
  return count === 1;
}

interface Told extends ManualSuppression {
  readonly outcome: string;
  readonly reason: string;
}

/** A decision, if the address is that of a contact: `why` tells of it. */
async function told(tx: Tx, { address, at, outcome, reason }: Told): Promise<void> {
  if (!('email' in address)) return;
  const contactId = await findByAddress(tx, address.email);
  if (contactId === undefined) return;
  const decision: Decision = {
    key: keyOf('suppression', newId()),
    contactId,
    kind: 'suppress',
    outcome,
    reason,
    at,
  };
  await recordDecisions(tx, [decision]);
}

export interface ImportedSuppression {
  readonly address: Address;
  readonly scope: SuppressionScope;
  readonly reason: string;
}

/** Adds rows of an import. Answers, in their order, which were not there before. */
export async function insertImported(
  tx: Tx,
  rows: readonly ImportedSuppression[],
  { importId, at }: { readonly importId: string; readonly at: Instant },
): Promise<readonly boolean[]> {
  const columns = rows.map((row) => ({ ...columnsOf(tx, row.address), scope: row.scope, reason: row.reason }));
  const given = Prisma.sql`(SELECT * FROM json_to_recordset(${JSON.stringify(columns)}::json)
    AS r(email text, hash text, scope text, reason text))`;
  const [since, by] = [new Date(at), Prisma.sql`${importId}::uuid`];
  await tx.$executeRaw`
    UPDATE suppression s SET merge_id = NULL FROM ${given} AS g
    WHERE s.merge_id IS NOT NULL AND s.scope = g.scope AND (s.email = g.email OR s.hash = g.hash)`;
  const added = await tx.$queryRaw<{ hash: string; scope: string }[]>`
    INSERT INTO suppression (email, hash, scope, reason, at, import_id)
    SELECT r.email, r.hash, r.scope, r.reason, ${since}, ${by} FROM ${given} AS r ON CONFLICT DO NOTHING RETURNING hash, scope`;
  await tx.$executeRaw`
    INSERT INTO suppression (email, hash, scope, reason, at, import_id)
    SELECT o.email, ${addressHashSql(tx, Prisma.sql`o.email`)}, o.scope, o.reason, ${since}, ${by}
    FROM (${otherAddresses(given)}) AS o ON CONFLICT DO NOTHING`;
  const places = new Set(added.map(({ hash, scope }) => `${scope} ${hash}`));
  return columns.map(({ hash, scope }) => places.delete(`${scope} ${hash}`)); // of rows that say the same, the first
}

/** Which of them stand already, in their order. */
export async function standingSuppressions(
  db: Db | Tx,
  asked: readonly ImportedSuppression[],
): Promise<readonly boolean[]> {
  const rows = asked.map(({ address, scope }, place) => ({ place, scope, ...columnsOf(db, address) }));
  const found = await db.$queryRaw<{ place: number }[]>`
    SELECT r.place FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(place int, email text, hash text, scope text)
    WHERE EXISTS (SELECT 1 FROM suppression s WHERE s.scope = r.scope AND (s.email = r.email OR s.hash = r.hash))`;
  const places = new Set(found.map(({ place }) => place));
  return asked.map((_one, place) => places.has(place));
}

/**
 * Takes back what an import has added, and nothing else: what was there before it stays, and what a complaint, a bounce, an erasure or a
 * person has said of the same address since is the import's no more. Answers how many.
 */
export const removeImported = (tx: Tx, importId: string): Promise<number> =>
  tx.$executeRaw`DELETE FROM suppression WHERE import_id = ${importId}::uuid`;
