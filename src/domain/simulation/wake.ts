import type { FactEvent } from '../facts';
import type { Instant } from '../ids';
import { needsOf } from '../journey/needs';
import { heldRule } from '../journey/rules';
import type { Run } from './run';

/** Whether an event wakes a journey: it asked for its type, or a condition of its goal or exits holds now. As src/store/wake.ts. */
export function isInterested(run: Run, { type }: FactEvent, now: Instant): boolean {
  const { ruleEvents, ruleConditions } = needsOf(run.definition);
  if (run.waitsFor.includes(type) || ruleEvents.some((rule) => rule.type === type)) return true;
  return ruleConditions && rulesHold(run, now);
}

function rulesHold({ definition, id, person, state, enteredAt, entry }: Run, now: Instant): boolean {
  const { facts } = person;
  facts.enteredAt = enteredAt;
  facts.entry = entry;
  return heldRule(definition, { journeyId: id, facts, now, seen: state.seen }) !== undefined;
}
