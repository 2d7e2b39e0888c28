import type { Comparison, Condition, Did } from './condition';
import type { Path } from './parsed';

/** A test inside a condition: not one of its `all`, `any`, `not` and `segment`. */
export type Leaf = Did | Comparison;

/** Every test of a condition, also of the segments in it, with where it stands. The `where` of a `did` belongs to the `did`. */
export function leavesOf(
  condition: Condition,
  path: Path,
): readonly { readonly path: Path; readonly condition: Leaf }[] {
  if ('all' in condition) return condition.all.flatMap((part, index) => leavesOf(part, [...path, 'all', index]));
  if ('any' in condition) return condition.any.flatMap((part, index) => leavesOf(part, [...path, 'any', index]));
  if ('not' in condition) return leavesOf(condition.not, [...path, 'not']);
  if ('segment' in condition) return leavesOf(condition.means, [...path, 'means']);
  return [{ path, condition }];
}
