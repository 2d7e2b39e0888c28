import type { HoldReason } from '../domain/forms/spam';
import type { Instant } from '../domain/ids';
import { type Db, Prisma, type Tx, transaction } from './db';
import { millis } from './fact-columns';
import { type Registration, registerIn } from './registration';
import type { TurnDeps } from './turn';

const HOUR_MS = 3_600_000;

export interface Submission {
  /** Of the showing of the page: it can be sent once. */
  readonly id: string;
  readonly form: string;
  readonly at: Instant;
  /** HMACs: of the answers, of the network, of the e-mail address. */
  readonly bodyHash: string;
  readonly block: string;
  readonly address: string;
  readonly registration: Registration;
  /** Most that are taken in an hour from one network. */
  readonly perBlock: number;
  /** Why it is held, by how many there were for the same address within the hour; none: it counts. */
  readonly holdReasons: (sameAddress: number) => readonly HoldReason[];
}

export type Taken =
  | { readonly type: 'taken'; readonly contactId: string }
  | { readonly type: 'held'; readonly reasons: readonly HoldReason[] }
  /** The same answers came before: nothing was done again. */
  | { readonly type: 'again'; readonly contactId: string | null }
  /** This showing was sent before, with other answers. */
  | { readonly type: 'used' }
  | { readonly type: 'tooMany'; readonly waitMs: number };

/**
 * Takes a submission: counts it, holds it, or refuses it, in one transaction. Submissions from one network, and for one address, are
 * looked at one after the other, so that limits hold over all processes.
 */
export function takeSubmission(db: Db, deps: TurnDeps, submission: Submission): Promise<Taken> {
  return transaction(db, (tx) => takeIn(tx, deps, submission));
}

async function takeIn(tx: Tx, deps: TurnDeps, submission: Submission): Promise<Taken> {
  const { id, bodyHash, block, address, at, perBlock, registration } = submission;
  // always in this order, and before any contact's lock
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`form|${block}`}, 0))`;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`form|${address}`}, 1))`;
  const [earlier] = await tx.$queryRaw<{ bodyHash: string; contactId: string | null }[]>`
    SELECT body_hash AS "bodyHash", contact_id AS "contactId" FROM form_submission WHERE id = ${id}::uuid`;
  if (earlier)
    return earlier.bodyHash === bodyHash ? { type: 'again', contactId: earlier.contactId } : { type: 'used' };
  const seen = await countsWithin(tx, submission);
  if (seen.block >= perBlock) return { type: 'tooMany', waitMs: Math.max(1000, seen.oldest + HOUR_MS - at) };
  const reasons = submission.holdReasons(seen.address);
  if (reasons.length > 0) {
    if (await insert(tx, submission, { reasons, contactId: null })) return { type: 'held', reasons };
    return { type: 'used' };
  }
  // the row first: whoever sends the same page twice at once, from two networks, waits here for the other
  if (!(await insert(tx, submission, { reasons, contactId: null }))) return { type: 'used' };
  const { contactId } = await registerIn(tx, deps, registration);
  await tx.$executeRaw`UPDATE form_submission SET contact_id = ${contactId}::uuid WHERE id = ${id}::uuid`;
  return { type: 'taken', contactId };
}

async function countsWithin(tx: Tx, { block, address, at }: Submission) {
  const since = new Date(at - HOUR_MS);
  const [row] = await tx.$queryRaw<{ block: number; address: number; oldest: number | null }[]>`
    SELECT (SELECT count(*)::int FROM form_submission WHERE block = ${block} AND at > ${since}) AS block,
      (SELECT count(*)::int FROM form_submission WHERE address = ${address} AND at > ${since}) AS address,
      (SELECT ${millis(Prisma.sql`min(at)`)} FROM form_submission WHERE block = ${block} AND at > ${since}) AS oldest`;
  return { block: row?.block ?? 0, address: row?.address ?? 0, oldest: row?.oldest ?? at };
}

/** False: this showing has a row already. */
async function insert(
  tx: Tx,
  { id, form, at, bodyHash, block, address, registration }: Submission,
  { reasons, contactId }: { readonly reasons: readonly HoldReason[]; readonly contactId: string | null },
): Promise<boolean> {
  const isHeld = reasons.length > 0;
  const kept = isHeld ? JSON.stringify(registration) : null;
  const count = await tx.$executeRaw`
    INSERT INTO form_submission (id, form, at, standing, reasons, body_hash, block, address, contact_id, registration)
    VALUES (${id}::uuid, ${form}, ${new Date(at)}, ${isHeld ? 'held' : 'taken'}, ${[...reasons]}::text[], ${bodyHash}, ${block},
      ${address}, ${contactId}::uuid, ${kept}::jsonb)
    ON CONFLICT (id) DO NOTHING`;
  return count > 0;
}

/** Whose submission it was; null: of nobody yet, or it is on record no more. */
export async function contactOfSubmission(db: Db, id: string): Promise<string | null> {
  const [row] = await db.$queryRaw<{ contactId: string | null }[]>`
    SELECT contact_id AS "contactId" FROM form_submission WHERE id = ${id}::uuid`;
  return row?.contactId ?? null;
}

/** Names of what a contact has on record: of attributes with a value, and `name`. */
export async function answeredBy(db: Db, contactId: string): Promise<readonly string[]> {
  const [row] = await db.$queryRaw<{ names: readonly string[] }[]>`
    SELECT ARRAY(SELECT key FROM jsonb_each(c.attributes) WHERE value <> 'null' AND value <> '""' AND value <> '[]')
      || CASE WHEN coalesce(c.name, '') = '' THEN '{}'::text[] ELSE '{name}'::text[] END AS names
    FROM contact c WHERE c.id = ${contactId}::uuid`;
  return row?.names ?? [];
}

/** Whom a click in a mail has brought, if a person made it and it is not older than `within` (ms). */
export async function contactOfClick(
  db: Db,
  { hitId, now, within }: { readonly hitId: string; readonly now: Instant; readonly within: number },
): Promise<string | null> {
  const [row] = await db.$queryRaw<{ contactId: string }[]>`
    SELECT contact_id AS "contactId" FROM link_hit
    WHERE id = ${hitId}::uuid AND link_id IS NOT NULL AND coalesce(judged, 'person') = 'person' AND at > ${new Date(now - within)}`;
  return row?.contactId ?? null;
}
