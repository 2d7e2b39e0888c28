import type { FactEvent, Facts } from '../facts';
import type { Instant } from '../ids';
import { boundsOf, type Comparison, type Condition, type Did, MOST_LOOKED_AT, type Parts, partsOf } from './condition';
import { instantOf } from './moment';

type Test = (facts: Facts, now: Instant) => boolean;

const remembered = new WeakMap<Condition, Test>();

/** Whether the condition holds for these facts at `now`. src/store/condition-sql.ts gives the same answer. */
export function evaluate(condition: Condition, facts: Facts, now: Instant): boolean {
  return testOf(condition)(facts, now);
}

/** The condition as a function of the facts. Derived from it alone, so remembered with it. */
function testOf(condition: Condition): Test {
  const known = remembered.get(condition);
  if (known) return known;
  const test = made(condition);
  remembered.set(condition, test);
  return test;
}

function made(condition: Condition): Test {
  if ('all' in condition) return testOfAll(condition.all.map(testOf));
  if ('any' in condition) return testOfAny(condition.any.map(testOf));
  if ('not' in condition) return testOfNot(testOf(condition.not));
  if ('did' in condition) return (facts, now) => didHolds(condition, facts, now);
  if ('segment' in condition) return testOf(condition.means);
  return testOfComparison(condition);
}

const testOfNot =
  (test: Test): Test =>
  (facts, now) =>
    !test(facts, now);

function testOfAll(tests: readonly Test[]): Test {
  return (facts, now) => {
    for (const test of tests) if (!test(facts, now)) return false;
    return true;
  };
}

function testOfAny(tests: readonly Test[]): Test {
  return (facts, now) => {
    for (const test of tests) if (test(facts, now)) return true;
    return false;
  };
}

/** Taken apart when it is first asked: what is never reached is never refused. */
function testOfComparison(comparison: Comparison): Test {
  let parts: Parts | undefined;
  return (facts, now) => {
    parts ??= partsOf(comparison);
    const { fact, operator, operand } = parts;
    const value = fact.read(facts);
    if (value === null) return operator.missing(operand);
    const zone = facts.contact.timeZone;
    return operator.test({ value, kind: fact.kind, operand, now, zone }) ?? operator.missing(operand);
  };
}

/** Events that count: of the type, not in the future of `now`, and as `within`, `since` and `where` ask. */
export function occurrences(did: Did, facts: Facts, now: Instant): readonly FactEvent[] {
  const { where, since } = did;
  const earliest = earliestOf(did, facts, now);
  if (earliest === null) return [];
  const cause = since === 'journey' ? facts.entry?.seq : undefined; // what began the journey came before it
  const timely = facts.events.filter(
    ({ type, at, seq }) => type === did.did && at <= now && at >= earliest && seq !== cause,
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
