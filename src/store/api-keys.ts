import { createHash, randomBytes } from 'node:crypto';
import { failure } from '../domain/errors';
import { type Instant, newId } from '../domain/ids';
import { type Db, Prisma, single } from './db';

export interface ApiKeyEntry {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

/** 32 random bytes need no slow hash: nobody guesses them, and one lookup by hash takes the same effort for any key. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Makes a key and gives it out this once; only its hash is kept. Throws VIV_API_KEY_EXISTS. */
export async function createApiKey(
  db: Db,
  { name, at }: { readonly name: string; readonly at: Instant },
): Promise<{ readonly id: string; readonly key: string }> {
  const key = `viv_${randomBytes(32).toString('base64url')}`;
  const id = newId();
  try {
    await db.apiKey.create({ data: { id, name, hash: hashOf(key), createdAt: new Date(at) } });
  } catch (error) {
    const isTaken = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'; // unique name
    throw isTaken ? failure('VIV_API_KEY_EXISTS', { name }, error) : error;
  }
  return { id, key };
}

export interface KeyHolder {
  readonly id: string;
  readonly name: string;
}

interface LookUp {
  /** Under way: whoever comes while it is must wait for the next one, as a key may have been revoked since it was sent. */
  now: Promise<unknown>;
  /** Whoever comes by the time it is sent shares it. */
  next: Promise<KeyHolder | null> | undefined;
}

const lookUps = new WeakMap<Db, Map<string, LookUp>>();

/** Whose key this is; null if it is unknown or revoked. Of one key at most one look-up is under way: it is on the path of every request. */
export function verifyApiKey(db: Db, key: string): Promise<KeyHolder | null> {
  const hash = hashOf(key);
  const known = lookUps.get(db) ?? new Map<string, LookUp>();
  lookUps.set(db, known);
  const lookUp = known.get(hash) ?? { now: Promise.resolve(), next: undefined };
  known.set(hash, lookUp);
  lookUp.next ??= lookUp.now.then(() => {
    const answer = holderOf(db, hash);
    lookUp.next = undefined;
    lookUp.now = answer
      .catch(() => undefined)
      .then(() => {
        if (lookUp.next === undefined) known.delete(hash);
      });
    return answer;
  });
  return lookUp.next;
}

async function holderOf(db: Db, hash: string): Promise<KeyHolder | null> {
  const [holder] = await single(db).$queryRaw<KeyHolder[]>`
    SELECT id, name FROM api_key WHERE hash = ${hash} AND revoked_at IS NULL`;
  return holder ?? null;
}

/** From now on the key opens nothing. Throws VIV_API_KEY_UNKNOWN, also for one that is revoked already. */
export async function revokeApiKey(
  db: Db,
  { name, at }: { readonly name: string; readonly at: Instant },
): Promise<void> {
  const { count } = await db.apiKey.updateMany({ where: { name, revokedAt: null }, data: { revokedAt: new Date(at) } });
  if (count === 0) throw failure('VIV_API_KEY_UNKNOWN', { name });
}

/** All keys, oldest first. */
export async function listApiKeys(db: Db): Promise<readonly ApiKeyEntry[]> {
  const rows = await db.apiKey.findMany({ orderBy: { createdAt: 'asc' } });
  return rows.map(({ id, name, createdAt, revokedAt }) => ({
    id,
    name,
    createdAt: createdAt.getTime(),
    revokedAt: revokedAt?.getTime() ?? null,
  }));
}
