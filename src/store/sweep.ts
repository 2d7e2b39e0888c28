import { EVENTS } from '../domain/event';
import type { Instant } from '../domain/ids';
import { anchorConsents } from './consent-anchors';
import { type Db, type Tx, transaction } from './db';
import { decideExperiments } from './experiments';
import { runRetention } from './retention';
import { newestVersions } from './sequences';
import { sweepEntries } from './sweep-entries';
import { sweepInbound } from './sweep-inbound';
import { sweepSends } from './sweep-sends';
import { concernsAll, type RecencyStatus, sweepStatuses } from './sweep-statuses';
import { sweepTemperatures } from './sweep-temperatures';
import { sweepVisits } from './sweep-visits';
import { sweepWaiting } from './sweep-waiting';
import type { TurnDeps } from './turn';

/** What a sweep changed. */
export interface Swept {
  /** Clients who became pre-inactive, inactive, or active again because the rules changed. */
  readonly preInactive: number;
  readonly inactive: number;
  readonly active: number;
  /** Leads whose temperature followed their faded interest. */
  readonly cooled: number;
  /** Experiments that were decided. */
  readonly decided: number;
  /** Journeys that were entered by a condition or a date, or that had waited for a day with room. */
  readonly entered: number;
  /** Contacts who were due by a date more than a week ago, and are entered no more. */
  readonly missed: number;
}

export interface SweepRequest {
  readonly now: Instant;
  /** Stops it between two transactions. */
  readonly signal?: AbortSignal;
}

/** One page of a table in the order of an id; `last` null: there is nothing after it. */
interface Page<T> {
  readonly moved: readonly T[];
  readonly last: string | null;
}

/** Contacts per transaction; fewer where each of them brings statements of its own. */
const PAGE = 500;
const PAGE_OF_ENTRIES = 50;

/**
 * The daily sweep: enters who has waited for a day with room, gives clients the status of their recency and leads the temperature
 * of their interest, settles sends that nobody tries any more, looks after what came back, anchors proofs of consent, removes what is kept no longer, decides experiments, then enters everyone whom a published sequence wants by condition
 * or date. May be broken off at any point and repeated: what is done stays done.
 */
export async function runSweep(db: Db, deps: TurnDeps, { now, signal }: SweepRequest): Promise<Swept> {
  let entered = await sweepWaiting(db, deps, { now, signal }); // first come, first served
  const limit = await transaction(db, (tx) => pageSize(tx, deps));
  const statuses = await allPages(db, signal, (tx, after) => sweepStatuses(tx, deps, { now, after, limit }));
  const leads = await allPages(db, signal, (tx, after) =>
    sweepTemperatures(tx, deps.rules.scoring, { now, after, limit: PAGE }),
  );
  await sweepSends(db, deps, { now, signal });
  await sweepInbound(db, deps, { now, signal }); // behind it: what has become doubtful may be answered by now
  await sweepVisits(db, deps, { now, signal });
  if (!deps.reactions) {
    // a rehearsal proves nothing, and keeps nothing
    await anchorConsents(db, now);
    await runRetention(db, deps.rules, { now, signal, by: 'the daily sweep' });
  }
  const decided = await decideExperiments(db, { now }); // before the entries: they get what has won
  let missed = 0;
  for (const version of await transaction(db, (tx) => newestVersions(tx))) {
    const swept = await sweepEntries(db, deps, { version, now, signal });
    entered += swept.entered;
    missed += swept.missed;
  }
  const count = (status: RecencyStatus) => statuses.filter((moved) => moved === status).length;
  return {
    preInactive: count('pre_inactive'),
    inactive: count('inactive'),
    active: count('active'),
    cooled: leads.length,
    decided: decided.length,
    entered,
    missed,
  };
}

/** Every page in a transaction of its own. */
async function allPages<T>(
  db: Db,
  signal: AbortSignal | undefined,
  read: (tx: Tx, after: string | null) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const moved: T[] = [];
  let after: string | null = null;
  do {
    signal?.throwIfAborted();
    const from: string | null = after;
    const page: Page<T> = await transaction(db, (tx) => read(tx, from));
    moved.push(...page.moved);
    after = page.last;
  } while (after !== null);
  return moved;
}

async function pageSize(tx: Tx, deps: TurnDeps): Promise<number> {
  for (const type of [EVENTS.clientPreInactive, EVENTS.clientInactive])
    if (await concernsAll(tx, deps, type)) return PAGE_OF_ENTRIES;
  return PAGE;
}
