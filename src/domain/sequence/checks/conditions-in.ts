import type { Condition } from '../../conditions';
import { stepConditions } from '../../steps';
import type { Path } from '../../yaml/problem';
import type { Definition } from '../definition';

/** One test inside a condition, and where it stands in the file. */
export interface Test {
  readonly path: Path;
  readonly condition: Extract<Condition, { did: string } | { fact: string }>;
}

/** Every comparison and every `did` in a definition. */
export function testsIn({ enter, goal, exits, steps }: Definition): readonly Test[] {
  const roots: readonly { readonly path: Path; readonly condition: Condition | undefined }[] = [
    { path: ['enter', 'where'], condition: enter.where },
    { path: ['enter', 'when'], condition: enter.when },
    { path: ['goal', 'where'], condition: goal?.where },
    { path: ['goal', 'when'], condition: goal?.when },
    ...exits.flatMap(({ where, when }, index) => [
      { path: ['exits', index, 'where'], condition: where },
      { path: ['exits', index, 'when'], condition: when },
    ]),
    ...steps.flatMap((step, index) =>
      stepConditions(step).map(({ at, condition }) => ({ path: ['steps', index, ...at], condition })),
    ),
  ];
  return roots.flatMap(({ path, condition }) => (condition ? leaves(condition, path) : []));
}

function leaves(condition: Condition, path: Path): readonly Test[] {
  if ('all' in condition) return condition.all.flatMap((part, index) => leaves(part, [...path, 'all', index]));
  if ('any' in condition) return condition.any.flatMap((part, index) => leaves(part, [...path, 'any', index]));
  if ('not' in condition) return leaves(condition.not, [...path, 'not']);
  return [{ path, condition }];
}
