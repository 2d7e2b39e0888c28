import type { FactEvent } from '../facts';
import type { Instant } from '../ids';
import { needsOf } from '../journey/needs';
import { heldRule, type RuleSituation } from '../journey/rules';
import type { Run } from './run';

/** Whether an event wakes a journey: it asked for its type, or a condition of its goal or exits holds now. As src/store/wake.ts. */
export function isInterested(run: Run, { type }: FactEvent, now: Instant): boolean {
  const { ruleEvents, ruleConditions } = needsOf(run.definition);
  if (run.waitsFor.includes(type) || ruleEvents.some((rule) => rule.type === type)) return true;
  return ruleConditions && rulesHold(run, now);
}

const rulesHold = (run: Run, now: Instant): boolean => heldRule(run.definition, situationOf(run, now)) !== undefined;

/** What the rules of a journey look at, with the facts as they are for it. */
export function situationOf({ id, person, state, enteredAt, entry, leadId }: Run, now: Instant): RuleSituation {
  const { facts } = person;
  person.focus(leadId);
  facts.enteredAt = enteredAt;
  facts.entry = entry;
  return { journeyId: id, facts, now, seen: state.seen };
}
