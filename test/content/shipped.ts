import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Rules } from '../../src/domain/rules';
import type { Definition } from '../../src/domain/sequence/definition';
import { loadRules } from '../../src/runtime/rules';
import { readSequenceFile } from '../../src/runtime/sequence-files';

const ROOT = path.resolve(__dirname, '../..');
export const SEQUENCES = path.join(ROOT, 'sequences');
export const TEMPLATES = path.join(ROOT, 'templates');

export const sequenceFiles: readonly string[] = readdirSync(SEQUENCES).filter((name) => name.endsWith('.yaml'));

export const shippedRules = (): Promise<Rules> => loadRules(path.join(SEQUENCES, 'rules'));

export async function shippedSequence(name: string): Promise<Definition> {
  const read = await readSequenceFile(path.join(SEQUENCES, `${name}.yaml`));
  if (read.type === 'invalid') throw new Error(`${name} is not valid`);
  return read.definition;
}
