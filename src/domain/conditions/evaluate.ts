import type { FactEvent, Facts } from '../facts';
import type { Instant } from '../ids';
import { boundsOf, type Comparison, type Condition, type Did, MOST_LOOKED_AT, partsOf } from './condition';
import { instantOf } from './moment';

/** Whether the condition holds for these facts at `now`. src/store/condition-sql.ts gives the same answer. */
export function evaluate(condition: Condition, facts: Facts, now: Instant): boolean {
  if ('all' in condition) return condition.all.every((part) => evaluate(part, facts, now));
  if ('any' in condition) return condition.any.some((part) => evaluate(part, facts, now));
  if ('not' in condition) return !evaluate(condition.not, facts, now);
  if ('did' in condition) return didHolds(condition, facts, now);
  if ('segment' in condition) return evaluate(condition.means, facts, now);
  return comparisonHolds(condition, facts, now);
}

function comparisonHolds(comparison: Comparison, facts: Facts, now: Instant): boolean {
  const { fact, operator, operand } = partsOf(comparison);
  const value = fact.read(facts);
  const zone = facts.contact.timeZone;
  const holds = value === null ? null : operator.test({ value, kind: fact.kind, operand, now, zone });
  return holds ?? operator.missing(operand);
}

/** Events that count: of the type, not in the future of `now`, and as `within`, `since` and `where` ask. */
export function occurrences(did: Did, facts: Facts, now: Instant): readonly FactEvent[] {
  const { where, since } = did;
  const earliest = earliestOf(did, facts, now);
  if (earliest === null) return [];
  // what began the journey came before it
  const isCause = (event: FactEvent) => since === 'journey' && event.seq === facts.entry?.seq;
  const timely = facts.events.filter(
    (event) => event.type === did.did && event.at <= now && event.at >= earliest && !isCause(event),
  );
  if (where === undefined) return timely;
  return newestOf(timely).filter((event) => evaluate(where, { ...facts, event }, now));
}

/** The earliest time that counts; null when none does, outside of a journey. */
function earliestOf({ within, since }: Did, { enteredAt }: Facts, now: Instant): Instant | null {
  const age = within === undefined ? Number.NEGATIVE_INFINITY : instantOf({ ago: within }, now);
  if (since === undefined) return age;
  return enteredAt === undefined ? null : Math.max(age, enteredAt);
}

function newestOf(events: readonly FactEvent[]): readonly FactEvent[] {
  if (events.length <= MOST_LOOKED_AT) return events;
  return events.toSorted((a, b) => b.at - a.at || b.seq - a.seq).slice(0, MOST_LOOKED_AT);
}

export function didHolds(did: Did, facts: Facts, now: Instant): boolean {
  const count = occurrences(did, facts, now).length;
  const { least, most } = boundsOf(did);
  return count >= least && (most === null || count <= most);
}
