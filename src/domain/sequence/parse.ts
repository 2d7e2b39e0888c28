import type { Json } from '../ids';
import { expandDocument } from '../segments/expand';
import { checkTree, placed } from '../yaml/parse';
import { inOrder, type Problem } from '../yaml/problem';
import { readYaml } from '../yaml/read';
import { checkDefinition, checkStepNames, type Known, namedSteps } from './checks';
import { type Definition, definitionSchema } from './definition';

export type ParsedSequence =
  | {
      readonly type: 'valid';
      readonly definition: Definition;
      /** What the file says, as plain JSON, with the meaning of each segment written in: the form that is published. */
      readonly input: Json;
      readonly warnings: readonly Problem[];
    }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Reads a sequence file: YAML, then its schema, then its graph. Invalid: all problems, warnings too, in order of lines.
 * `known` says what exists outside the file; what it leaves out is not looked at.
 */
export function parseSequence(text: string, file: string, known: Known = {}): ParsedSequence {
  const read = readYaml(text, file);
  if (read.type === 'invalid') return read;
  const { input, found: strays } = expandDocument(read.tree.input, known.segments ?? {});
  const tree = { ...read.tree, input };
  const parsed = checkTree(tree, definitionSchema);
  const names = placed([...strays, ...checkStepNames(namedSteps(input))], tree);
  if (parsed.type === 'invalid')
    return { type: 'invalid', problems: inOrder([...parsed.problems.map(stepType), ...names]) };
  const found = inOrder([...names, ...placed(checkDefinition(parsed.value, known), tree)]);
  if (found.some(({ severity }) => severity === 'error')) return { type: 'invalid', problems: found };
  return { type: 'valid', definition: parsed.value, input: parsed.input, warnings: found };
}

/** A wrong `type` of a step has a code of its own. */
function stepType(problem: Problem): Problem {
  const isType = problem.code === 'VIV_VALUE_INVALID' && /^steps\[\d+\]\.type( |$)/.test(problem.path);
  return isType ? { ...problem, code: 'VIV_STEP_UNKNOWN_TYPE' } : problem;
}
