import type { z } from 'zod';
import type { Json } from '../ids';
import { foundIn } from './issues';
import { type Found, inOrder, type Problem } from './problem';
import { readYaml, type YamlTree } from './read';
import { pathWords } from './words';

export type ParsedYaml<T> =
  | {
      readonly type: 'valid';
      readonly value: T;
      /** What the file says before the schema fills in defaults and reads durations: plain JSON. */
      readonly input: Json;
      readonly tree: YamlTree;
    }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] };

/** Reads a YAML file by a schema. Invalid: every problem with its line, what is wrong and what to do, in order of lines. */
export function parseYaml<S extends z.ZodType>(text: string, file: string, schema: S): ParsedYaml<z.output<S>> {
  const read = readYaml(text, file);
  return read.type === 'invalid' ? read : checkTree(read.tree, schema);
}

/** `parseYaml` for a file that was read before. */
export function checkTree<S extends z.ZodType>(tree: YamlTree, schema: S): ParsedYaml<z.output<S>> {
  const { input } = tree;
  const result = schema.safeParse(input);
  if (result.success) return { type: 'valid', value: result.data, input, tree };
  return { type: 'invalid', problems: placed(foundIn(result.error.issues, { schema, input }), tree) };
}

/** Problems with their lines, in order. */
export function placed(found: readonly Found[], { file, input, placeOf }: YamlTree): readonly Problem[] {
  return inOrder(
    found.map(({ path, at, ...problem }) => {
      const { line, column } = placeOf(path, at);
      return { ...problem, file, line, column, path: pathWords(path, input) };
    }),
  );
}
