import { z } from 'zod';
import { type Condition, conditionSchema } from '../conditions';
import { outOfPlace } from '../conditions/places';
import type { Json } from '../ids';
import { slug } from '../sequence/names';
import { checkTree, placed } from '../yaml/parse';
import { type Found, inOrder, type Path, type Problem } from '../yaml/problem';
import { readYaml, type YamlTree } from '../yaml/read';
import { expandCondition, type Lookup, type Meanings, unknownSegment } from './expand';

const segmentSchema = z
  .strictObject({
    title: z.string().min(1).max(200),
    when: conditionSchema.meta({ description: 'Who is in it.' }),
  })
  .readonly();

/** Named conditions: `rules/segments.yaml`. */
export const segmentsSchema = z.strictObject({ segments: z.record(slug, segmentSchema) }).readonly();

/** A named condition. */
export interface Segment {
  readonly title: string;
  readonly when: Condition;
  /** The condition as the file says it, with the segments inside it written out. */
  readonly input: Json;
}
export type Segments = { readonly [name: string]: Segment };

export type ParsedSegments =
  | { readonly type: 'valid'; readonly segments: Segments }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] };

/** Reads a file of segments, which may name each other but not in a circle. Invalid: all problems, in order of lines. */
export function parseSegments(text: string, file: string): ParsedSegments {
  const read = readYaml(text, file);
  if (read.type === 'invalid') return read;
  const { tree } = read;
  // by themselves first, so that what is wrong with one is told once, and not of all that name it
  const alone = checkTree(
    withConditions(tree, ({ condition }) => blanked(condition)),
    segmentsSchema,
  );
  const { meanings, found } = resolve(conditionsIn(tree.input));
  const problems = [...(alone.type === 'invalid' ? alone.problems : []), ...placed(found, tree)];
  if (problems.length > 0) return { type: 'invalid', problems: inOrder(problems) };
  const written = withConditions(tree, ({ name, condition }) => meanings[name] ?? condition);
  const parsed = checkTree(written, segmentsSchema);
  if (parsed.type === 'invalid') return parsed;
  const { segments } = parsed.value;
  const strays = Object.entries(segments).flatMap(([name, { when }]) =>
    outOfPlace(when, ['segments', name, 'when'], { hasEvent: false, hasJourney: false }),
  );
  if (strays.length > 0) return { type: 'invalid', problems: placed(strays.filter(isOwn), written) };
  const entries = Object.entries(segments).map(([name, one]) => [name, { ...one, input: meanings[name] ?? null }]);
  return { type: 'valid', segments: Object.fromEntries(entries) };
}

/** The meanings of segments, for `expandDocument`. */
export const meaningsOf = (segments: Segments): Meanings =>
  Object.fromEntries(Object.entries(segments).map(([name, { input }]) => [name, input]));

/** Told where it is written, not again of each segment that names it. */
const isOwn = ({ path }: Found): boolean => !path.includes('means');

interface Named {
  readonly name: string;
  readonly condition: Json;
}

/** The conditions of a file that may be broken elsewhere. */
function conditionsIn(input: Json): readonly Named[] {
  return Object.entries(objectIn(objectIn(input).segments)).flatMap(([name, one]) => {
    const { when } = objectIn(one);
    return when === undefined ? [] : [{ name, condition: when }];
  });
}

function withConditions(tree: YamlTree, change: (named: Named) => Json): YamlTree {
  const root = objectIn(tree.input);
  const changed = Object.fromEntries(
    conditionsIn(tree.input).map((named) => [
      named.name,
      { ...objectIn(objectIn(root.segments)[named.name]), when: change(named) },
    ]),
  );
  if (Object.keys(changed).length === 0) return tree;
  return { ...tree, input: { ...root, segments: { ...objectIn(root.segments), ...changed } } };
}

function objectIn(value: Json | undefined): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json }) // neither null nor a list
    : {};
}

const blanked = (condition: Json): Json => expandCondition(condition, [], () => []).input;

/** Writes segments out, each once. The way down to one that is under way already is a circle. */
function resolve(all: readonly Named[]): { readonly meanings: Meanings; readonly found: readonly Found[] } {
  const byName = new Map(all.map(({ name, condition }) => [name, condition]));
  const done = new Map<string, Json>();
  const found: Found[] = [];
  const write = (name: string, way: readonly string[]): Json => {
    const earlier = done.get(name);
    if (earlier !== undefined) return earlier;
    const lookup: Lookup = (other, path) => {
      if (!byName.has(other)) return [unknownSegment(other, path, [...byName.keys()])];
      const start = [...way, name].indexOf(other);
      if (start >= 0) return [circle([...way, name].slice(start), path)];
      return write(other, [...way, name]);
    };
    const expanded = expandCondition(byName.get(name) ?? null, ['segments', name, 'when'], lookup);
    done.set(name, expanded.input);
    found.push(...expanded.found);
    return expanded.input;
  };
  for (const { name } of all) write(name, []);
  return { meanings: Object.fromEntries(done), found };
}

const circle = (way: readonly string[], path: Path): Found => ({
  severity: 'error',
  code: 'VIV_SEGMENT_CIRCLE',
  path,
  at: 'value',
  message: `segments name each other in a circle: ${[...way, way[0]].join(' → ')}`,
  fix: 'write out the condition in one of them',
});
