import type { Decision } from '../domain/decision';
import { MOST_DAYS_BACK, plusDays } from '../domain/entry/dates';
import { keyOf } from '../domain/ids';
import { noteSwept } from './date-sweeps';
import { type Db, type Tx, transaction } from './db';
import { recordDecisions } from './decisions';
import { candidates, type DateRound, stillLetIn } from './entry-rounds';
import { perDayOf } from './pace';
import type { SegmentMember } from './segments';
import type { TurnDeps } from './turn';

const PAGE = 200;

/**
 * Tells of everyone who was due on days that are too long ago, may still enter, and has not been entered: a decision for each, in a
 * transaction of its own, once however often it is repeated. Answers how many were told now.
 */
export async function tellMissed(db: Db, deps: TurnDeps, rounds: readonly DateRound[]): Promise<number> {
  let missed = 0;
  for (const round of rounds) {
    const why = await transaction(db, (tx) => whyMissed(tx, deps, round));
    missed += await tellOfDay(db, deps, { round, why });
    await transaction(db, (tx) => noteSwept(tx, round.version.sequence, round.due.day));
  }
  return missed;
}

interface Day {
  readonly round: DateRound;
  readonly why: string;
}

async function tellOfDay(db: Db, deps: TurnDeps, { round, why }: Day): Promise<number> {
  let missed = 0;
  let after: string | null = null;
  do {
    const from: string | null = after;
    const page: readonly SegmentMember[] = await transaction(db, (tx) =>
      candidates(tx, deps, { round, limit: PAGE, after: from }),
    );
    for (const member of page) {
      round.signal?.throwIfAborted();
      if (await transaction(db, (tx) => tell(tx, deps, { round, why, member }))) missed += 1;
    }
    after = page.length < PAGE ? null : (page.at(-1)?.contactId ?? null);
  } while (after !== null);
  return missed;
}

/** A day that a sweep has entered somebody on, and not everybody, had no room; else no sweep came so far. */
async function whyMissed(tx: Tx, { rules }: TurnDeps, { version, due }: DateRound): Promise<string> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM journey WHERE sequence = ${version.sequence}
      AND swept_on BETWEEN ${due.day} AND ${plusDays(due.day, MOST_DAYS_BACK - 1)} LIMIT 1`;
  if (rows.length === 0) return 'no sweep has come so far within a week of its day';
  return `the pace of ${perDayOf(version, rules.lifecycle)} a day left no room within a week of its day`;
}

async function tell(
  tx: Tx,
  deps: TurnDeps,
  { round, why, member }: Day & { readonly member: SegmentMember },
): Promise<boolean> {
  if (!(await stillLetIn(tx, deps, { round, member }))) return false;
  const decision = missedDecision(round, member.contactId, why);
  const told = await tx.$queryRaw<unknown[]>`SELECT 1 FROM decision WHERE key = ${decision.key}`;
  if (told.length > 0) return false;
  await recordDecisions(tx, [decision]);
  return true;
}

function missedDecision({ version, cause, origin, now }: DateRound, contactId: string, why: string): Decision {
  const { sequence } = version;
  return {
    key: keyOf('missed', contactId, sequence, cause),
    contactId,
    kind: 'enter',
    outcome: `${sequence} missed`,
    reason: `${origin}; ${why}`,
    at: now,
  };
}
