import { evaluate, eventNeeds, explain } from '../conditions';
import type { Facts } from '../facts';
import type { Instant } from '../ids';
import type { RoutingRules } from './rules';

export interface ChosenTeam {
  readonly team: string;
  /** Which rule chose it, with the facts it rests on. */
  readonly reason: string;
}

/** The team of the first routing rule that holds, else the team of `otherwise`. */
export function chooseTeam(routing: RoutingRules, facts: Facts, now: Instant): ChosenTeam {
  const rule = routing.rules.find(({ when }) => evaluate(when, facts, now));
  if (!rule) return { team: routing.otherwise, reason: 'no routing rule holds, so it goes to the team for all others' };
  return { team: rule.team, reason: `routing rule ${rule.name}: ${explain(rule.when, facts, now)}` };
}

/** Event types that the routing rules ask for, with the most occurrences that any of them needs. */
export function routingNeeds({ rules }: RoutingRules): ReadonlyMap<string, number> {
  const needs = new Map<string, number>();
  for (const { when } of rules)
    for (const [type, count] of eventNeeds(when)) needs.set(type, Math.max(count, needs.get(type) ?? 0));
  return needs;
}
