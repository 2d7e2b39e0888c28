import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { failure } from '../domain/errors';
import { Prisma, PrismaClient } from '../generated/prisma/client';
import { giveKeys, keysIfAny, type StoreKeys } from './keys';
import { onSession, type Raw, statementName } from './session';

export { Prisma };
/** The database. Nobody outside src/store sends a statement. */
export type Db = PrismaClient;
/** Inside one transaction. Everything that must hold together takes a `Tx`. */
export type Tx = Raw;

/** The connections that a `Db` and its transactions share. */
const pools = new WeakMap<Db, Pool>();
/** One connection more for what must not queue behind transactions; opened when it is first asked for. */
const asides = new WeakMap<Db, Pool>();

const WAIT_MS = 30_000;
/** A transaction that nobody goes on with gives its locks back. */
const FORGOTTEN_MS = 60_000;

/** Without `keys` neither consents nor suppressions can be written. */
export function connect(connectionString: string, max = 10, keys?: StoreKeys): Db {
  const pool = poolTo(connectionString, max);
  const options = { statementNameGenerator: ({ sql }: { readonly sql: string }) => statementName(sql) };
  const db = new PrismaClient({ adapter: new PrismaPg(pool, options) });
  pools.set(db, pool);
  asides.set(db, poolTo(connectionString, 1));
  giveKeys(db, keys);
  return db;
}

function poolTo(connectionString: string, max: number): Pool {
  const pool = new Pool({
    connectionString,
    max,
    connectionTimeoutMillis: WAIT_MS,
    idle_in_transaction_session_timeout: FORGOTTEN_MS,
  });
  // a connection that is lost while nothing runs on it has no one to tell; whoever uses it next is told
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Ends all connections, when what runs on them is done. Prisma alone would leave those that only transactions have used. */
export async function disconnect(db: Db): Promise<void> {
  await db.$disconnect();
  await Promise.all([poolOf(db).end(), asides.get(db)?.end()]);
}

function poolOf(db: Db): Pool {
  const pool = pools.get(db);
  if (!pool) throw new TypeError('a Db is made by connect');
  return pool;
}

/** For single statements on the path of every turn: each is a transaction of its own. */
export const single = (db: Db): Raw => withKeysOf(db, onSession(poolOf(db)));

function withKeysOf(db: Db, tx: Tx): Tx {
  giveKeys(tx, keysIfAny(db));
  return tx;
}

/** The same on a connection that no transaction and no other statement uses: it is free in a moment, whatever queues. */
export function aside(db: Db): Raw {
  const pool = asides.get(db);
  if (!pool) throw new TypeError('a Db is made by connect');
  return withKeysOf(db, onSession(pool));
}

/**
 * Runs `work` in one transaction: all of it or nothing. On a connection of its own, past Prisma's engine: transactions are on the
 * path of every turn, and half of their time was spent in it (docs/decisions/0010).
 */
export async function transaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await poolOf(db).connect();
  let isBroken = true;
  try {
    await client.query('BEGIN');
    const result = await work(withKeysOf(db, onSession(client)));
    await client.query('COMMIT');
    isBroken = false;
    return result;
  } catch (error) {
    isBroken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.release(isBroken);
  }
}

/** Contacts whose lock a transaction holds: it holds it to its end, so asking again costs nothing. */
const held = new WeakMap<Tx, Set<string>>();

export const holdsLock = (tx: Tx, contactId: string): boolean => held.get(tx)?.has(contactId) === true;

/** For whoever has taken the lock within a statement of its own. */
export function noteLock(tx: Tx, contactId: string): void {
  const ids = held.get(tx) ?? new Set();
  held.set(tx, ids.add(contactId));
}

/**
 * Locks a contact until the transaction ends. Whatever records or reads "what happened so far" holds this lock. False: no such contact.
 * Throws VIV_CONTACT_MERGED for one that was merged since the caller has read its id: all that is of it is of another one now.
 */
export async function lockContact(tx: Tx, contactId: string): Promise<boolean> {
  if (holdsLock(tx, contactId)) return true;
  const rows = await tx.$queryRaw<{ id: string }[]>`SELECT id FROM contact WHERE id = ${contactId}::uuid FOR UPDATE`;
  if (rows.length > 0) noteLock(tx, contactId);
  else if ((await survivorOf(tx, contactId)) !== undefined) throw failure('VIV_CONTACT_MERGED', { contact: contactId });
  return rows.length > 0;
}

/** Into whom a contact was merged; undefined: it was not. */
export async function survivorOf(db: Db | Tx, contactId: string): Promise<string | undefined> {
  const [row] = await db.$queryRaw<{ id: string }[]>`
    SELECT contact_id AS id FROM contact_merge WHERE merged_id = ${contactId}::uuid AND undone_at IS NULL`;
  return row?.id;
}
