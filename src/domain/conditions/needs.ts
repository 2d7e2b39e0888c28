import { boundsOf, type Condition, type Did, MOST_LOOKED_AT } from './condition';

/**
 * Event types that `did` asks for, with how many of the newest are needed to answer. One more than `atMost`, because the
 * first event too many decides; a `not` around it asks for no more. At least 1, so that the type is looked at.
 */
export const eventNeeds = (condition: Condition): ReadonlyMap<string, number> =>
  mostOf(didsIn(condition).map((did) => [[did.did, needOf(did)]]));

/** What several need together: of each type as many as the one that needs most. */
export function mostOf(needs: readonly Iterable<readonly [string, number]>[]): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const need of needs) for (const [type, count] of need) most.set(type, Math.max(count, most.get(type) ?? 0));
  return most;
}

function needOf(did: Did): number {
  const { least, most } = boundsOf(did);
  const cause = did.since === undefined ? 0 : 1; // the event that began the journey may be among them, and does not count
  if (did.where !== undefined) return MOST_LOOKED_AT + cause;
  return Math.max(1, least, most === null ? 0 : most + 1) + cause;
}

function didsIn(condition: Condition): readonly Did[] {
  if ('all' in condition) return condition.all.flatMap(didsIn);
  if ('any' in condition) return condition.any.flatMap(didsIn);
  if ('not' in condition) return didsIn(condition.not);
  if ('segment' in condition) return didsIn(condition.means);
  return 'did' in condition ? [condition] : [];
}
