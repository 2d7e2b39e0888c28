import type { Exclusive, Reenter } from '../entry/schema';
import type { Instant } from '../ids';
import { reentry } from '../sequence/reentry';
import type { Side } from './merge';

/** A journey of one of two contacts that become one. */
export interface JourneyOfMerge {
  readonly id: string;
  readonly side: Side;
  readonly sequence: string;
  readonly running: boolean;
  readonly leadId: string | null;
  readonly entryKey: string | null;
  readonly enteredAt: Instant;
  readonly reenter: Reenter;
  readonly exclusive: Exclusive | undefined;
  /** That the server has taken. */
  readonly mails: number;
}

export interface MergedJourneys {
  readonly ends: readonly { readonly id: string; readonly stays: string; readonly reason: string }[];
  /** What `twin` has mailed, `id` does not mail again. */
  readonly twins: readonly { readonly id: string; readonly twin: string }[];
}

/**
 * Which journeys end when two contacts become one, since one of them may not go through both: of two through one sequence the one stays
 * that has mailed more, then the one that began earlier; of two groups of journeys of which only one may be under way, that of the higher
 * priority, then the same. All others go on.
 */
export function mergedJourneys(journeys: readonly JourneyOfMerge[]): MergedJourneys {
  const ends: { id: string; stays: string; reason: string }[] = [];
  const hasEnded = (id: string) => ends.some((end) => end.id === id);
  const running = () => journeys.filter((one) => one.running && !hasEnded(one.id));
  for (const [own, other] of pairs(running())) {
    if (hasEnded(own.id) || hasEnded(other.id) || !isSameWay(own, other)) continue;
    const [stays, goes] = further(own, other);
    const reason = `the contact was merged with another one that goes through ${own.sequence}, too, and has got ${stays.mails} mails of it`;
    ends.push({ id: goes.id, stays: stays.id, reason });
  }
  for (const group of new Set(running().flatMap(({ exclusive }) => exclusive?.group ?? []))) {
    const members = running().filter(({ exclusive }) => exclusive?.group === group);
    const best = members.toSorted(byPriority)[0];
    if (best === undefined) continue;
    const reason = `the contact was merged with another one, and of the group ${group} ${best.sequence} stays`;
    for (const goes of members.filter(({ side }) => side !== best.side))
      ends.push({ id: goes.id, stays: best.id, reason });
  }
  return { ends, twins: running().flatMap((one) => twinsOf(one, journeys)) };
}

function pairs(journeys: readonly JourneyOfMerge[]): readonly (readonly [JourneyOfMerge, JourneyOfMerge])[] {
  const [own, other] = [
    journeys.filter(({ side }) => side === 'survivor'),
    journeys.filter(({ side }) => side === 'merged'),
  ];
  return own.flatMap((one) => other.map((two) => [one, two] as const));
}

/** Whether nobody may go through the two at once. */
const isSameWay = (one: JourneyOfMerge, other: JourneyOfMerge): boolean =>
  one.sequence === other.sequence &&
  isBarred({ ...one, running: true }, other, Math.max(one.enteredAt, other.enteredAt));

const isBarred = (past: JourneyOfMerge, { reenter, leadId, entryKey }: JourneyOfMerge, now: Instant): boolean =>
  reentry(reenter, [past], { leadId, key: entryKey ?? undefined, now }) !== undefined;

const further = (one: JourneyOfMerge, other: JourneyOfMerge): readonly [JourneyOfMerge, JourneyOfMerge] =>
  byMails(one, other) <= 0 ? [one, other] : [other, one];

const byMails = (one: JourneyOfMerge, other: JourneyOfMerge): number =>
  other.mails - one.mails || one.enteredAt - other.enteredAt || (one.id < other.id ? -1 : 1);

const byPriority = (one: JourneyOfMerge, other: JourneyOfMerge): number =>
  (other.exclusive?.priority ?? 0) - (one.exclusive?.priority ?? 0) || byMails(one, other);

/** Journeys under the other contact by which this one would have been kept out, had they been one from the beginning. */
function twinsOf(journey: JourneyOfMerge, all: readonly JourneyOfMerge[]): MergedJourneys['twins'] {
  return all
    .filter(({ side, sequence }) => side !== journey.side && sequence === journey.sequence)
    .filter((past) => isBarred(past, journey, Math.max(past.enteredAt, journey.enteredAt)))
    .map(({ id }) => ({ id: journey.id, twin: id }));
}
