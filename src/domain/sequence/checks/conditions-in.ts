import type { Condition } from '../../conditions';
import { type Leaf, leavesOf } from '../../conditions/leaves';
import { type Step, stepConditions } from '../../steps';
import type { At } from '../../steps/handler';
import type { Path } from '../../yaml/problem';
import type { Definition } from '../definition';

/** A whole condition, and where it stands in the file. */
export interface Root {
  readonly path: Path;
  readonly condition: Condition;
  /** Types of the event that `event.<property>` is of in it; empty: of none. */
  readonly events: readonly string[];
}

/** One test inside a condition, and where it stands in the file. */
export interface Test extends Pick<Root, 'path' | 'events'> {
  /** Where the condition stands that it is a part of. */
  readonly root: Path;
  readonly condition: Leaf;
}

/** Every condition of a definition. */
export function rootsIn(definition: Definition): readonly Root[] {
  const { enter, goal, exits, steps } = definition;
  const roots: readonly (Omit<Root, 'condition'> & { readonly condition: Condition | undefined })[] = [
    { path: ['enter', 'where'], condition: enter.where, events: entryTypes(definition) },
    { path: ['enter', 'when'], condition: enter.when, events: [] },
    { path: ['enter', 'date', 'where'], condition: enter.date?.where, events: [] },
    { path: ['goal', 'where'], condition: goal?.where, events: [goal?.on ?? []].flat() },
    { path: ['goal', 'when'], condition: goal?.when, events: [] },
    ...exits.flatMap(({ on, where, when }, index) => [
      { path: ['exits', index, 'where'], condition: where, events: [on ?? []].flat() },
      { path: ['exits', index, 'when'], condition: when, events: [] },
    ]),
    ...steps.flatMap((step, index) =>
      stepConditions(step).map(({ at, condition }) => ({
        path: ['steps', index, ...at],
        condition,
        events: awaitedAt(step, at),
      })),
    ),
  ];
  return roots.flatMap(({ path, condition, events }) => (condition ? [{ path, condition, events }] : []));
}

/** Types of the event that begins a journey. */
export const entryTypes = ({ enter }: Definition): readonly string[] => [enter.on ?? []].flat();

/** The type of the awaited event whose `where` stands at `at`. */
function awaitedAt(step: Step, [list, index]: At): readonly string[] {
  if (step.type !== 'waitFor' || list !== 'events') return [];
  return [step.events?.[Number(index)]?.event ?? []].flat();
}

/** Every comparison and every `did` in a definition, also of the segments that it names. */
export function testsIn(definition: Definition): readonly Test[] {
  return rootsIn(definition).flatMap(({ path: root, condition, events }) =>
    leavesOf(condition, root).map((leaf) => ({ ...leaf, root, events })),
  );
}
