import { z } from 'zod';
import type { Definition } from '../sequence/definition';
import { stepId } from '../sequence/names';
import { suggestion } from '../yaml/closest';
import { checkTree, placed } from '../yaml/parse';
import type { Found, Path, Problem } from '../yaml/problem';
import { readYaml } from '../yaml/read';

/** In a step map: whoever stands there ends. */
export const END = 'end';

/** Says what became of the steps of a version, for the journeys that move to another. What keeps its id needs no line. */
export const stepMapSchema = z
  .strictObject({
    steps: z
      .record(stepId, stepId)
      .default({})
      .meta({ description: 'Old step: the new step that it is now, or `end` to end the journeys that stand there.' }),
    credit: z.boolean().default(true).meta({
      description:
        'Whether a wait whose time has changed counts the time that was already waited. Else it begins anew.',
    }),
    late: z.array(stepId).max(20).default([]).meta({
      description: 'Added mails that journeys get, too, which are past them.',
    }),
  })
  .readonly();
/** Plain JSON: it goes with the update that moves a journey. */
export type StepMap = z.output<typeof stepMapSchema>;

/** The map with which every step is the one of the same id. */
export const SAME_STEPS: StepMap = stepMapSchema.parse({});

/** The versions that journeys move from, and the one they move to. */
export interface Versions {
  readonly from: readonly Definition[];
  readonly to: Definition;
}

export type ParsedStepMap =
  | { readonly type: 'valid'; readonly map: StepMap }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] };

/** Reads a step map: YAML, its schema, then its names against the versions. Invalid: all problems, in order of lines. */
export function parseStepMap(text: string, file: string, versions: Versions): ParsedStepMap {
  const read = readYaml(text, file);
  if (read.type === 'invalid') return read;
  const parsed = checkTree(read.tree, stepMapSchema);
  if (parsed.type === 'invalid') return parsed;
  const found = [...strayNames(parsed.value, versions), ...strayLate(parsed.value, versions)];
  if (found.length > 0) return { type: 'invalid', problems: placed(found, read.tree) };
  return { type: 'valid', map: parsed.value };
}

const idsOf = ({ steps }: Definition): readonly string[] => steps.map(({ id }) => id);

function strayNames({ steps }: StepMap, { from, to }: Versions): readonly Found[] {
  const [olds, news] = [[...new Set(from.flatMap(idsOf))], idsOf(to)];
  return Object.entries(steps).flatMap(([old, target]) => {
    const path = ['steps', old];
    const strayOld = !olds.includes(old) && {
      message: `"${old}" is no step of the version that journeys move from`,
      fix: suggestion(old, olds),
    };
    const strayNew = target !== END &&
      !news.includes(target) && {
        message: `"${target}" is no step of the version that journeys move to`,
        fix: suggestion(target, [...news, END]),
      };
    return [...(strayOld ? [found(path, 'key', strayOld)] : []), ...(strayNew ? [found(path, 'value', strayNew)] : [])];
  });
}

/** Late is a mail that was added: what else a step does would be done twice, or is no use to whoever is past it. */
function strayLate({ steps, late }: StepMap, { from, to }: Versions): readonly Found[] {
  const olds = from.flatMap(idsOf);
  return late.flatMap((id, index) => {
    const path = ['late', index];
    const step = to.steps.find((one) => one.id === id);
    if (!step)
      return found(path, 'value', {
        message: `"${id}" is no step of the version that journeys move to`,
        fix: suggestion(id, idsOf(to)),
      });
    if (step.type !== 'mail')
      return found(path, 'value', { message: `"${id}" is a ${step.type}`, fix: 'name mails alone' });
    if (olds.includes(id) || Object.values(steps).includes(id))
      return found(path, 'value', { message: `"${id}" is no added step`, fix: 'remove it: journeys had it already' });
    return [];
  });
}

function found(path: Path, at: Found['at'], said: Pick<Found, 'message' | 'fix'>): Found {
  return { severity: 'error', code: 'VIV_STEP_MAP_NAME', path, at, ...said };
}

/**
 * What became of each old step: the new one by the map, else the one of the same id that no other step has become; `end`; undefined
 * when there is none.
 */
export function targetOf({ steps }: StepMap, to: Definition, stepId: string): string | undefined {
  const mapped = Object.hasOwn(steps, stepId) ? steps[stepId] : undefined;
  if (mapped !== undefined) return mapped;
  return to.steps.some(({ id }) => id === stepId) ? stepId : undefined;
}
