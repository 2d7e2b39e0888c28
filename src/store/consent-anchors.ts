import { createHash } from 'node:crypto';
import type { Instant } from '../domain/ids';
import { chainAllEarlier } from './consents';
import { type Db, Prisma, transaction } from './db';
import { millis } from './fact-columns';
import { keysOf, type StoreKeys, sealOf } from './keys';

/** All records up to one, as they were at a moment. Kept elsewhere, its hash proves that nothing was changed or removed since. */
export interface ConsentAnchor {
  readonly id: number;
  /** `seq` of the last record. */
  readonly through: number;
  /** Since the anchor before. */
  readonly records: number;
  readonly previous: string;
  readonly hash: string;
  readonly mac: string;
  readonly at: Instant;
}

const PAGE = 5_000;
const COLUMNS = Prisma.sql`id, through::float8 AS through, records, previous, hash, mac, ${millis(Prisma.sql`at`)} AS at`;

/**
 * Anchors every record since the last anchor; null: there is none. Writers wait for a moment, so that none of them brings a record
 * with a lower number later; the reading is done when they go on.
 */
export async function anchorConsents(db: Db, now: Instant): Promise<ConsentAnchor | null> {
  await chainAllEarlier(db);
  const through = await lastWritten(db).catch(isBusy);
  const last = await newestAnchor(db);
  if (through === null || through <= (last?.through ?? 0)) return null;
  const { records, hash } = await digestOf(db, { after: last?.through ?? 0, through, previous: last?.hash ?? '' });
  const mac = anchorMac(keysOf(db), { through, hash });
  const [row] = await db.$queryRaw<ConsentAnchor[]>`
    INSERT INTO consent_anchor (through, records, previous, hash, mac, at)
    VALUES (${through}, ${records}, ${last?.hash ?? ''}, ${hash}, ${mac}, ${new Date(now)})
    ON CONFLICT (through) DO NOTHING RETURNING ${COLUMNS}`;
  return row ?? null;
}

/** No anchor today: the next one covers the same records. */
function isBusy(error: unknown): null {
  const code: unknown = Object(error).code;
  if (code === LOCK_NOT_AVAILABLE) return null;
  throw error;
}

const LOCK_NOT_AVAILABLE = '55P03'; // PostgreSQL, appendix A

/** In business nobody holds a record back for so long; a stuck writer must not stop the others. */
const PATIENCE = '5s';

async function lastWritten(db: Db): Promise<number | null> {
  return transaction(db, async (tx) => {
    await tx.$queryRaw`SELECT set_config('lock_timeout', ${PATIENCE}, true)`;
    await tx.$executeRaw`LOCK TABLE consent IN SHARE MODE`;
    const [row] = await tx.$queryRaw<{ last: number | null }[]>`SELECT max(seq)::float8 AS last FROM consent`;
    return row?.last ?? null;
  });
}

export async function newestAnchor(db: Db): Promise<ConsentAnchor | null> {
  const [row] = await db.$queryRaw<ConsentAnchor[]>`SELECT ${COLUMNS} FROM consent_anchor ORDER BY id DESC LIMIT 1`;
  return row ?? null;
}

interface Stretch {
  /** `seq` behind which it begins. */
  readonly after: number;
  readonly through: number;
  readonly previous: string;
}

async function digestOf(db: Db, { after, through, previous }: Stretch): Promise<{ records: number; hash: string }> {
  const digest = createHash('sha256').update(`${previous}\n`);
  let records = 0;
  for (let last = after; ; ) {
    const rows = await db.$queryRaw<{ seq: number; hash: string }[]>`
      SELECT seq::float8 AS seq, hash FROM consent WHERE seq > ${last} AND seq <= ${through} ORDER BY seq LIMIT ${PAGE}`;
    for (const { seq, hash } of rows) digest.update(`${seq} ${hash}\n`);
    records += rows.length;
    const end = rows.at(-1);
    if (!end) return { records, hash: digest.digest('hex') };
    last = end.seq;
  }
}

const anchorMac = (keys: StoreKeys, { through, hash }: Pick<ConsentAnchor, 'through' | 'hash'>): string =>
  sealOf(keys, `anchor|${through}|${hash}`);

/** What is wrong with the first anchor that no longer fits the records; undefined: all fit. */
export async function firstBrokenAnchor(
  db: Db,
): Promise<{ readonly anchor: ConsentAnchor; readonly problem: string } | undefined> {
  let before: Pick<ConsentAnchor, 'through' | 'hash'> = { through: 0, hash: '' };
  const anchors = await db.$queryRaw<ConsentAnchor[]>`SELECT ${COLUMNS} FROM consent_anchor ORDER BY id`;
  for (const anchor of anchors) {
    const problem = await problemOf(db, anchor, before);
    if (problem !== undefined) return { anchor, problem };
    before = anchor;
  }
  return undefined;
}

async function problemOf(
  db: Db,
  anchor: ConsentAnchor,
  before: Pick<ConsentAnchor, 'through' | 'hash'>,
): Promise<string | undefined> {
  if (anchor.previous !== before.hash) return 'an anchor before it was removed or changed';
  if (anchor.mac !== anchorMac(keysOf(db), anchor)) return 'it was not made by this Viveiro';
  const { through } = anchor;
  const { records, hash } = await digestOf(db, { after: before.through, through, previous: before.hash });
  if (records !== anchor.records)
    return `there are ${records} records from ${before.through + 1} to ${through}, and there were ${anchor.records}`;
  return hash === anchor.hash ? undefined : `a record from ${before.through + 1} to ${through} is not what it was`;
}
