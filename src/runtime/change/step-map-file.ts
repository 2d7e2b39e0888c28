import { parseStepMap, SAME_STEPS, type StepMap, type Versions } from '../../domain/change/step-map';
import { failure } from '../../domain/errors';
import { problemText } from '../../domain/yaml/problem';
import { readText } from '../text-file';

/** The step map of a file, checked against the versions; with no file, every step is the one of its id. Throws VIV_STEP_MAP_INVALID. */
export async function readStepMap(file: string | undefined, versions: Versions): Promise<StepMap> {
  if (file === undefined) return SAME_STEPS;
  const read = await readText(file);
  const parsed =
    'problem' in read
      ? { type: 'invalid' as const, problems: [read.problem] }
      : parseStepMap(read.text, file, versions);
  if (parsed.type === 'valid') return parsed.map;
  throw failure('VIV_STEP_MAP_INVALID', { file, problems: parsed.problems.map(problemText).join('\n') });
}
