import { type AccountStanding, UNTRIED } from '../domain/delivery/account-question';
import { type AccountHealth, HEALTHY, healthSchema } from '../domain/delivery/health';
import { NO_PACE, paceSchema } from '../domain/delivery/pace';
import { type Instant, newId } from '../domain/ids';
import { type Db, Prisma, type Tx } from './db';
import { millis } from './fact-columns';
import { LEASE_IS_OVER } from './lease';

/** What is on record of an account; one row for all workers. */
export type AccountRecord = Pick<AccountStanding, 'health' | 'pace'>;

interface Row {
  readonly name: string;
  readonly health: unknown;
  readonly pace: unknown;
}

/** A record that cannot be read (of another version of Viveiro) counts for nothing: mail goes, and what happens is written anew. */
const recordOf = ({ health, pace }: Omit<Row, 'name'>): AccountRecord => ({
  health: healthSchema.safeParse(health).data ?? HEALTHY,
  pace: paceSchema.safeParse(pace).data ?? NO_PACE,
});

/** How all accounts stand that were ever tried. `isCounted`: with the mails that are on their way by each. */
export async function readStandings(
  tx: Db | Tx,
  { isCounted }: { readonly isCounted: boolean },
): Promise<ReadonlyMap<string, AccountStanding>> {
  const rows = await tx.$queryRaw<Row[]>`SELECT name, health, pace FROM smtp_account`;
  const counts = isCounted ? await underWay(tx) : new Map<string, number>();
  const names = new Set([...rows.map(({ name }) => name), ...counts.keys()]);
  const known = new Map(rows.map((row) => [row.name, recordOf(row)]));
  return new Map([...names].map((name) => [name, { ...UNTRIED, ...known.get(name), underWay: counts.get(name) ?? 0 }]));
}

/** By account, the sends on which a worker works: exact under the account's lock, which every claim of a limited one holds. */
export async function underWay(tx: Db | Tx): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw<{ account: string; count: number }[]>`
    SELECT s.account, count(*)::int AS count FROM send s
    WHERE s.status IN ('claimed', 'dispatching') AND s.account IS NOT NULL AND NOT ${LEASE_IS_OVER} GROUP BY s.account`;
  return new Map(rows.map(({ account, count }) => [account, count]));
}

/**
 * The record of an account, which nobody else changes until the transaction ends. A transaction locks one account at most, and after the
 * contact: none waits for another in a circle.
 */
export async function lockAccount(tx: Tx, name: string): Promise<AccountRecord> {
  const [row] = await tx.$queryRaw<Row[]>`
    INSERT INTO smtp_account (name, health, pace)
    VALUES (${name}, ${JSON.stringify(HEALTHY)}::jsonb, ${JSON.stringify(NO_PACE)}::jsonb)
    ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING name, health, pace`;
  if (!row) throw new TypeError('a row that is written or there is returned');
  return recordOf(row);
}

/** Of a locked account. */
export async function writeAccount(tx: Tx, name: string, { health, pace }: AccountRecord): Promise<void> {
  await tx.$executeRaw`
    UPDATE smtp_account SET health = ${JSON.stringify(health)}::jsonb, pace = ${JSON.stringify(pace)}::jsonb WHERE name = ${name}`;
}

/** A send that waits for its slot by an account has it promised there. */
export async function promiseSlot(
  tx: Tx,
  sendId: string,
  { account, until }: { readonly account: string; readonly until: Instant },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE send SET account = ${account}, account_slot = ${new Date(until)},
      account_day = CASE WHEN account IS NOT DISTINCT FROM ${account} THEN account_day END
    WHERE id = ${sendId}::uuid`;
}

/** `rests`: after faults, or after a probe that failed; `works`: its probe went well; `out` and `back`: by a person. */
export type AccountChange = 'rests' | 'works' | 'out' | 'back';

export interface NotedChange {
  readonly account: string;
  readonly at: Instant;
  readonly change: AccountChange;
  readonly reason: string;
}

/** What has become of the accounts, for whoever looks later. */
export async function noteChange(tx: Tx, { account, at, change, reason }: NotedChange): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO smtp_account_change (id, account, at, change, reason)
    VALUES (${newId()}::uuid, ${account}, ${new Date(at)}, ${change}, ${reason})`;
}

/** The newest changes, of one account or of all. */
export function listChanges(
  db: Db,
  { account = null, most }: { readonly account?: string | null; readonly most: number },
): Promise<readonly NotedChange[]> {
  return db.$queryRaw<NotedChange[]>`
    SELECT account, ${millis(Prisma.sql`at`)} AS at, change, reason FROM smtp_account_change
    WHERE ${account}::text IS NULL OR account = ${account} ORDER BY at DESC, id DESC LIMIT ${most}`;
}

/** The record after a change of its health, with what has changed, as the one who made it says. */
export async function writeHealth(
  tx: Tx,
  o: {
    readonly name: string;
    readonly record: AccountRecord;
    readonly health: AccountHealth;
    readonly change: Omit<NotedChange, 'account'> | undefined;
  },
): Promise<void> {
  const { name, record, health, change } = o;
  if (health === record.health) return;
  await writeAccount(tx, name, { ...record, health });
  if (change) await noteChange(tx, { ...change, account: name });
}
