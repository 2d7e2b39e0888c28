import type { FactEvent, Facts } from '../facts';
import type { Instant } from '../ids';
import { boundsOf, type Comparison, type Condition, type Did, partsOf } from './condition';
import { instantOf } from './moment';

/** Whether the condition holds for these facts at `now`. src/store/condition-sql.ts gives the same answer. */
export function evaluate(condition: Condition, facts: Facts, now: Instant): boolean {
  if ('all' in condition) return condition.all.every((part) => evaluate(part, facts, now));
  if ('any' in condition) return condition.any.some((part) => evaluate(part, facts, now));
  if ('not' in condition) return !evaluate(condition.not, facts, now);
  if ('did' in condition) return didHolds(condition, facts, now);
  return comparisonHolds(condition, facts, now);
}

function comparisonHolds(comparison: Comparison, facts: Facts, now: Instant): boolean {
  const { fact, operator, operand } = partsOf(comparison);
  const value = fact.read(facts);
  return (value === null ? null : operator.test({ value, operand, now })) ?? operator.missing(operand);
}

/** Events that count: of the type, not in the future of `now`, and at most `within` old. */
export function occurrences({ did, within }: Did, facts: Facts, now: Instant): readonly FactEvent[] {
  const since = within === undefined ? Number.NEGATIVE_INFINITY : instantOf({ ago: within }, now);
  return facts.events.filter(({ type, at }) => type === did && at <= now && at >= since);
}

export function didHolds(did: Did, facts: Facts, now: Instant): boolean {
  const count = occurrences(did, facts, now).length;
  const { least, most } = boundsOf(did);
  return count >= least && (most === null || count <= most);
}
