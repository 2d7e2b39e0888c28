import { eventNeeds, mostOf } from '../conditions';
import type { Definition } from '../sequence/definition';
import { stepConditions, stepEvents } from '../steps';

/** What a definition asks of the event log, so that a turn reads no more. */
export interface Needs {
  /** Newest events wanted per type, for conditions. */
  readonly newest: ReadonlyMap<string, number>;
  /** Types whose every event since the horizon is wanted, for waits, goal and exits. */
  readonly sinceHorizon: readonly string[];
  /** Types that the goal and the exits name. */
  readonly ruleEvents: readonly { readonly type: string; readonly kind: 'goal' | 'exit' }[];
  /** The goal or an exit has a condition, which any event may make true. */
  readonly ruleConditions: boolean;
}

const remembered = new WeakMap<Definition, Needs>();

/** Derived from the definition alone, so remembered with it. */
export function needsOf(definition: Definition): Needs {
  const known = remembered.get(definition);
  if (known) return known;
  const needs = derive(definition);
  remembered.set(definition, needs);
  return needs;
}

function derive(definition: Definition): Needs {
  const rules = [
    ...(definition.goal ? [{ kind: 'goal' as const, rule: definition.goal }] : []),
    ...definition.exits.map((rule) => ({ kind: 'exit' as const, rule })),
  ];
  const ofSteps = definition.steps.flatMap((step) => stepConditions(step).map(({ condition }) => condition));
  const conditions = [...ofSteps, ...rules.flatMap(({ rule }) => [rule.when ?? [], rule.where ?? []].flat())];
  const ruleEvents = rules.flatMap(({ kind, rule }) => (rule.on ? [{ type: rule.on, kind }] : []));
  const waits = definition.steps.flatMap((step) => stepEvents(step).map(({ type }) => type));
  return {
    newest: mostOf(conditions.map(eventNeeds)),
    sinceHorizon: [...new Set([...waits, ...ruleEvents.map(({ type }) => type)])],
    ruleEvents,
    ruleConditions: rules.some(({ rule }) => rule.when !== undefined),
  };
}
