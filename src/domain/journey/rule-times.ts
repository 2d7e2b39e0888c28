import { isTimely, nextChange } from '../conditions';
import type { Facts } from '../facts';
import type { Instant } from '../ids';
import { pointsLeft, scoreAt } from '../scoring/interest';
import type { Definition } from '../sequence/definition';
import { heldRule, type RuleSituation } from './rules';

/** Changes that are looked at ahead; a rule that depends on more is looked at again when the last of them comes. */
const MOST_CHANGES = 400;

const remembered = new WeakMap<Definition, boolean>();

/** Whether time alone may make the goal or an exit hold. */
function hasTimelyRules(definition: Definition): boolean {
  const known = remembered.get(definition);
  if (known !== undefined) return known;
  const isSo = conditionsOf(definition).some(isTimely);
  remembered.set(definition, isSo);
  return isSo;
}

const conditionsOf = ({ goal, exits }: Definition) =>
  [...(goal ? [goal] : []), ...exits].flatMap(({ when, where }) => [when ?? [], where ?? []].flat());

/**
 * When the goal or an exit will hold although nothing happens, if that is before `until` (null: ever): a journey that rests must
 * look then. Null: it will not. `halfLife` of interest in ms.
 */
export function nextRuleTime(
  definition: Definition,
  situation: RuleSituation,
  { until, halfLife }: { readonly until: Instant | null; readonly halfLife: number },
): Instant | null {
  if (!hasTimelyRules(definition)) return null;
  const conditions = conditionsOf(definition);
  const { now: start, facts } = situation;
  let now = start;
  for (let count = 0; count < MOST_CHANGES; count += 1) {
    const aged = agedFacts(facts, pointsLeft, { from: start, to: now, halfLife });
    const next = earliest(conditions.map((condition) => nextChange(condition, { facts: aged, now, halfLife })));
    if (next === null || (until !== null && next >= until)) return null;
    now = next;
    const then = agedFacts(facts, scoreAt, { from: start, to: now, halfLife });
    if (heldRule(definition, { ...situation, facts: then, now })) return now;
  }
  return now;
}

function earliest(times: readonly (Instant | null)[]): Instant | null {
  const some = times.filter((at) => at !== null);
  return some.length > 0 ? Math.min(...some) : null;
}

/** The same facts later, if nothing happens: interest fades. */
function agedFacts(
  facts: Facts,
  fade: typeof scoreAt,
  { from, to, halfLife }: { readonly from: Instant; readonly to: Instant; readonly halfLife: number },
): Facts {
  if (!facts.lead || from === to) return facts;
  const score = fade({ points: facts.lead.score, at: from }, to, halfLife);
  return { ...facts, lead: { ...facts.lead, score } };
}
