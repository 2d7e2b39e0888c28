import { failure } from '../../domain/errors';
import { type Script, scriptSchema } from '../../domain/rehearsal/script';
import { parseYaml } from '../../domain/yaml/parse';
import { problemText } from '../../domain/yaml/problem';
import { readText } from '../text-file';

/** The script of a file, else one that leaves all to personas; `seed` overrules the file's. Throws VIV_SCRIPT_INVALID. */
export async function readScript(file: string | undefined, seed: number | undefined): Promise<Script> {
  const script = file === undefined ? scriptSchema.parse({}) : await scriptIn(file);
  return seed === undefined ? script : { ...script, seed };
}

async function scriptIn(file: string): Promise<Script> {
  const read = await readText(file);
  const parsed =
    'problem' in read
      ? { type: 'invalid' as const, problems: [read.problem] }
      : parseYaml(read.text, file, scriptSchema);
  if (parsed.type === 'valid') return parsed.value;
  throw failure('VIV_SCRIPT_INVALID', { file, problems: parsed.problems.map(problemText).join('\n') });
}
