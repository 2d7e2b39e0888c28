import type { Condition } from '../../conditions';
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
  readonly condition: Extract<Condition, { did: string } | { fact: string }>;
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

/** Every comparison and every `did` in a definition. */
export function testsIn(definition: Definition): readonly Test[] {
  return rootsIn(definition).flatMap((root) => leaves(root.condition, root));
}

function leaves(condition: Condition, { path, events }: Pick<Root, 'path' | 'events'>): readonly Test[] {
  const part = (inner: Condition, ...keys: Path) => leaves(inner, { path: [...path, ...keys], events });
  if ('all' in condition) return condition.all.flatMap((inner, index) => part(inner, 'all', index));
  if ('any' in condition) return condition.any.flatMap((inner, index) => part(inner, 'any', index));
  if ('not' in condition) return part(condition.not, 'not');
  return [{ path, condition, events }];
}
