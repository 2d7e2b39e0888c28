import { evaluate, explain } from '../conditions';
import type { FactEvent, Facts } from '../facts';
import type { Instant } from '../ids';
import type { Definition, Rule } from '../sequence/definition';
import { isNewTo, type Seen } from './state';

export interface HeldRule {
  readonly kind: 'goal' | 'exit';
  readonly name: string;
  readonly reason: string;
}

export interface RuleSituation {
  readonly journeyId: string;
  readonly facts: Facts;
  readonly now: Instant;
  readonly seen: Seen;
}

/** Why the rule holds; undefined when it does not. A rule with `on` and `when` needs both. */
function reasonOf(rule: Rule, situation: RuleSituation): string | undefined {
  const { on, when } = rule;
  const { facts, now } = situation;
  if (on !== undefined && !hasCome(rule, situation)) return undefined;
  if (when !== undefined && !evaluate(when, facts, now)) return undefined;
  return [on && `${on} came`, when && explain(when, facts, now)].filter(Boolean).join(', and ');
}

function hasCome(rule: Rule, situation: RuleSituation): boolean {
  for (const event of situation.facts.events) if (isOf(rule, event, situation)) return true;
  return false;
}

function isOf({ on, where }: Rule, event: FactEvent, situation: RuleSituation): boolean {
  if (event.type !== on || !isNewTo(event, situation)) return false;
  return where === undefined || evaluate(where, { ...situation.facts, event }, situation.now);
}

/** The goal if it is reached, else the first exit that holds. They hold at any moment, so every turn asks. */
export function heldRule(definition: Definition, situation: RuleSituation): HeldRule | undefined {
  for (const { kind, rule } of rulesOf(definition)) {
    const reason = reasonOf(rule, situation);
    if (reason !== undefined) return { kind, name: rule.name, reason };
  }
  return undefined;
}

type OfDefinition = readonly { readonly kind: 'goal' | 'exit'; readonly rule: Rule }[];
const remembered = new WeakMap<Definition, OfDefinition>();

/** The goal, then the exits. Derived from the definition alone, so remembered with it. */
function rulesOf(definition: Definition): OfDefinition {
  const known = remembered.get(definition);
  if (known) return known;
  const rules = [
    ...(definition.goal ? [{ kind: 'goal' as const, rule: definition.goal }] : []),
    ...definition.exits.map((rule) => ({ kind: 'exit' as const, rule })),
  ];
  remembered.set(definition, rules);
  return rules;
}
