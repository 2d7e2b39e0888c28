import type { Facts } from '../facts';
import type { Instant } from '../ids';
import type { Condition } from './schema';

export { type Condition, conditionSchema } from './schema';

/** PLACEHOLDER: the conditions module owns this file. */
export function evaluate(_condition: Condition, _facts: Facts, _now: Instant): boolean {
  throw new Error('conditions are not built yet');
}
/** What was looked at and found, for a stored reason: `lead.score 45 is at least 40`. */
export function explain(_condition: Condition, _facts: Facts, _now: Instant): string {
  throw new Error('conditions are not built yet');
}
/** Event types that `did` asks for, with the most occurrences needed to answer. */
export function eventNeeds(_condition: Condition): ReadonlyMap<string, number> {
  throw new Error('conditions are not built yet');
}
