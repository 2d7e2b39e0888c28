import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonSchemas } from '../scripts/json-schema';

const FOLDER = path.resolve(__dirname, '../schemas');

test('schemas/ holds what npx tsx scripts/json-schema.ts writes, and nothing else', () => {
  const written = readdirSync(FOLDER).map((file) => [file, JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'))]);
  const made: unknown = JSON.parse(JSON.stringify(jsonSchemas()));
  expect(Object.fromEntries(written)).toEqual(made);
});

interface Node {
  readonly description?: string;
  readonly $ref?: string;
  readonly const?: string;
  readonly properties?: { readonly [key: string]: Node };
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** Every key that may be written in a node, and whether an editor has a word to say about it. */
function keysOf(node: Node, path: string): readonly { readonly path: string; readonly isDescribed: boolean }[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.items ? [node.items] : [])];
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
      const here = `${path}.${key}`;
      return [{ path: here, isDescribed: Boolean(child.description ?? child.$ref) }, ...keysOf(child, here)];
    }),
    ...inner.flatMap((child) => keysOf(child, `${path}.${child.properties?.type?.const ?? ''}`)),
  ];
}

test('editors have a word to say about every key of every step', () => {
  const schema: { readonly properties: { readonly steps: Node } } = JSON.parse(
    readFileSync(path.join(FOLDER, 'sequence.schema.json'), 'utf8'),
  );
  const keys = keysOf(schema.properties.steps, 'steps');
  expect(keys.length).toBeGreaterThan(80);
  expect(keys.filter(({ isDescribed }) => !isDescribed)).toEqual([]);
});
