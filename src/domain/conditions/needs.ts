import { boundsOf, type Condition, type Did, MOST_LOOKED_AT } from './condition';

/**
 * Event types that `did` asks for, with how many of the newest are needed to answer. One more than `atMost`, because the
 * first event too many decides; a `not` around it asks for no more. At least 1, so that the type is looked at.
 */
export function eventNeeds(condition: Condition): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const did of didsIn(condition)) most.set(did.did, Math.max(needOf(did), most.get(did.did) ?? 0));
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
