import { failure } from '../errors';
import type { Definition } from '../sequence/definition';
import type { Step } from '../steps';

/** Throws VIV_UNEXPECTED for a step that is not there. */
export function stepOf(definition: Definition, stepId: string): Step {
  const step = mapOf(definition).get(stepId)?.step;
  if (!step) throw failure('VIV_UNEXPECTED', { problem: `sequence ${definition.sequence} has no step "${stepId}"` });
  return step;
}

/** Id of the step below; undefined for the last. */
export const below = (definition: Definition, step: Step): string | undefined => mapOf(definition).get(step.id)?.below;

interface OnMap {
  readonly step: Step;
  readonly below: string | undefined;
}

const remembered = new WeakMap<Definition, ReadonlyMap<string, OnMap>>();

/** Each step with the one below it. Derived from the definition alone, so remembered with it. */
function mapOf(definition: Definition): ReadonlyMap<string, OnMap> {
  const known = remembered.get(definition);
  if (known) return known;
  const { steps } = definition;
  const made = new Map(steps.map((step, index) => [step.id, { step, below: steps[index + 1]?.id }]));
  remembered.set(definition, made);
  return made;
}
