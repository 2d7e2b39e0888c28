import { noteSwept } from './date-sweeps';
import { type Db, type Tx, transaction } from './db';
import { enrol } from './enrol';
import { candidates, type EntryRequest, type Round, roundsOf, stillLetIn } from './entry-rounds';
import { tellMissed } from './missed-dates';
import { enteredOn, perDayOf } from './pace';
import type { SegmentMember } from './segments';
import type { TurnDeps } from './turn';

const PAGE = 200;

export interface SweptEntries {
  readonly entered: number;
  /** Contacts whose date is so long past that they are entered no more, told now. */
  readonly missed: number;
}

/**
 * Enters everyone for whom the sequence's `enter.when` holds at `now`, or whose `enter.date` has come, and who may enter, each in a
 * transaction of its own, by contact id, until the day has entered its most: what earlier sweeps of the day entered counts, so a
 * retried one does not exceed it.
 */
export async function sweepEntries(db: Db, deps: TurnDeps, request: EntryRequest): Promise<SweptEntries> {
  const { entering, missed: late } = await transaction(db, (tx) => roundsOf(tx, deps, request));
  const missed = await tellMissed(db, deps, late);
  let entered = 0;
  for (const round of entering) {
    const swept = await sweepRound(db, deps, round);
    entered += swept.entered;
    const { due } = round;
    if (due && swept.isThrough) await transaction(db, (tx) => noteSwept(tx, request.version.sequence, due.day));
  }
  return { entered, missed };
}

interface SweptRound {
  readonly entered: number;
  /** Everyone was looked at; else the day has entered its most. */
  readonly isThrough: boolean;
}

async function sweepRound(db: Db, deps: TurnDeps, round: Round): Promise<SweptRound> {
  let entered = 0;
  let after: string | null = null;
  for (;;) {
    const page: Page = await enterPage(db, deps, { round, after });
    entered += page.entered;
    if (page.isFull) return { entered, isThrough: false };
    if (page.last === null) return { entered, isThrough: true };
    after = page.last;
  }
}

interface Page {
  readonly entered: number;
  /** Nobody was looked at: the day has entered its most. */
  readonly isFull: boolean;
  /** The last contact that was looked at; null: there is nobody after this page. */
  readonly last: string | null;
}

async function enterPage(
  db: Db,
  deps: TurnDeps,
  { round, after }: { readonly round: Round; readonly after: string | null },
): Promise<Page> {
  const { version, sweptOn: day, signal } = round;
  const today = await transaction(db, (tx) => enteredOn(tx, { sequence: version.sequence, day }));
  const limit = Math.min(PAGE, perDayOf(version, deps.rules.lifecycle) - today);
  if (limit <= 0) return { entered: 0, isFull: true, last: null };
  const page = await transaction(db, (tx) => candidates(tx, deps, { round, limit, after }));
  let entered = 0;
  for (const member of page) {
    signal?.throwIfAborted();
    if (await transaction(db, (tx) => enter(tx, deps, { round, member }))) entered += 1;
  }
  return { entered, isFull: false, last: page.length < limit ? null : (page.at(-1)?.contactId ?? null) };
}

/** Whether the contact has entered now. */
async function enter(
  tx: Tx,
  deps: TurnDeps,
  { round, member }: { readonly round: Round; readonly member: SegmentMember },
): Promise<boolean> {
  const still = await stillLetIn(tx, deps, { round, member });
  if (!still) return false;
  const { version, now, origin, cause, via, sweptOn } = round;
  const enrolled = await enrol(tx, deps, { ...still, version, now, origin, cause, via, sweptOn });
  return enrolled.type === 'entered';
}
