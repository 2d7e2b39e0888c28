import { type Step, stepSchema, stepTargets } from '../../steps';
import { suggestion } from '../../yaml/closest';
import type { Found } from '../../yaml/problem';
import { type Check, error } from './check';

/** A step of a file that may be broken elsewhere: what can be told of it. */
export interface NamedStep {
  readonly id: string | undefined;
  /** Undefined when its own schema refuses it. */
  readonly step: Step | undefined;
}

/** The steps of a file as far as they can be read, so that their names are checked beside other problems. */
export function namedSteps(input: unknown): readonly NamedStep[] {
  const { steps }: { steps?: unknown } = typeof input === 'object' && input !== null ? input : {};
  if (!Array.isArray(steps)) return [];
  return steps.map((one: unknown) => {
    const { id }: { id?: unknown } = typeof one === 'object' && one !== null ? one : {};
    return { id: typeof id === 'string' ? id : undefined, step: stepSchema.safeParse(one).data };
  });
}

/** Steps of one name, and steps that go to no step. */
export function checkStepNames(steps: readonly NamedStep[]): readonly Found[] {
  return [...duplicates(steps), ...missingTargets(steps)];
}

function duplicates(steps: readonly NamedStep[]): readonly Found[] {
  return steps.flatMap(({ id }, index) => {
    const first = steps.findIndex((other) => other.id === id);
    if (id === undefined || first === index) return [];
    const message = `step "${id}" stands twice, first as steps[${first}]`;
    return [error(['steps', index, 'id'], { code: 'VIV_STEP_DUPLICATE', message, fix: 'give one of them another id' })];
  });
}

function missingTargets(steps: readonly NamedStep[]): readonly Found[] {
  const ids = [...new Set(steps.flatMap(({ id }) => id ?? []))];
  return steps.flatMap(({ step }, index) => {
    if (!step) return [];
    return stepTargets(step).flatMap(({ at, to }) => {
      if (ids.includes(to)) return [];
      const message = `step "${step.id}" goes to "${to}", which is not a step`;
      return [error(['steps', index, ...at], { code: 'VIV_TARGET_MISSING', message, fix: suggestion(to, ids) })];
    });
  });
}

/** The goal and the exits: each with a name of its own, because reports count by it. */
export const checkRuleNames: Check = ({ goal, exits }) => {
  const rules = [
    ...(goal ? [{ name: goal.name, path: ['goal', 'name'] }] : []),
    ...exits.map(({ name }, index) => ({ name, path: ['exits', index, 'name'] })),
  ];
  return rules.flatMap(({ name, path }, index) => {
    if (rules.findIndex((other) => other.name === name) === index) return [];
    const message = `the name "${name}" is taken by another exit or the goal`;
    return [error(path, { code: 'VIV_RULE_DUPLICATE', message, fix: 'give it another name' })];
  });
};
