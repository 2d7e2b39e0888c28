import { boundsOf, type Condition } from '../domain/conditions/condition';

/** More are asked all together: each way costs a look at contacts or leads of its own. */
const MOST_WAYS = 8;

/**
 * Conditions of which any makes a member, to be looked up each for itself. Who must have done something is found by the events alone,
 * while an `any` that is asked as one has everyone joined with everything. What nothing narrows stays together: one look at everyone
 * answers it all.
 */
export function waysIn(condition: Condition): readonly Condition[] {
  const branches = branchesOf(condition);
  const narrow = branches.filter(narrows);
  if (narrow.length === 0 || branches.length === 1 || narrow.length > MOST_WAYS) return [condition];
  const rest = branches.filter((branch) => !narrow.includes(branch));
  return rest.length === 0 ? narrow : [...narrow, { any: rest }];
}

function branchesOf(condition: Condition): readonly Condition[] {
  if ('any' in condition) return condition.any.flatMap(branchesOf);
  return 'segment' in condition ? branchesOf(condition.means) : [condition];
}

/** Whether nobody fulfils it but by having done something. */
function narrows(condition: Condition): boolean {
  if ('did' in condition) return boundsOf(condition).least > 0 && condition.since === undefined;
  if ('all' in condition) return condition.all.some(narrows);
  if ('any' in condition) return condition.any.every(narrows);
  return 'segment' in condition && narrows(condition.means);
}
