import { failure } from '../domain/errors';
import { problemText } from '../domain/yaml/problem';
import { type ImportMap, parseMap } from '../importing/map';
import { readText } from './text-file';

/** The mapping of a CSV file. Throws VIV_MAP_INVALID with every problem, each with its line. */
export async function loadMap(file: string): Promise<ImportMap> {
  const read = await readText(file);
  if ('problem' in read) throw failure('VIV_MAP_INVALID', { file, problems: problemText(read.problem) });
  return parseMap(read.text, file);
}
