import type { Definition } from '../sequence/definition';
import { fallsThrough, stepTargets } from '../steps';

const remembered = new WeakMap<Definition, Map<string, ReadonlySet<string>>>();

/** Ids of the steps that a journey may come to after a step, whatever happens; with itself if steps lead back to it. */
export function stepsAhead(definition: Definition, stepId: string): ReadonlySet<string> {
  const known = remembered.get(definition) ?? new Map<string, ReadonlySet<string>>();
  remembered.set(definition, known);
  const ahead = known.get(stepId) ?? walk(definition, stepId);
  known.set(stepId, ahead);
  return ahead;
}

function walk({ steps }: Definition, stepId: string): ReadonlySet<string> {
  const next = new Map(
    steps.map((step, index) => {
      const below = fallsThrough(step) ? steps[index + 1]?.id : undefined;
      return [step.id, [...stepTargets(step).map(({ to }) => to), ...(below === undefined ? [] : [below])]];
    }),
  );
  const ahead = new Set(next.get(stepId));
  for (const id of ahead) for (const to of next.get(id) ?? []) ahead.add(to); // a set grows while it is walked
  return ahead;
}
