import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

const FOLDER = path.join(__dirname, 'histories');
const SUFFIX = '.json.gz';

/** One run of a workflow as it was recorded: its history in Temporal's JSON, and its id, which histories lack. */
const recordedSchema = z.object({ workflowId: z.string(), history: z.unknown() });
export type Recorded = z.infer<typeof recordedSchema>;

/** Names of all recorded runs: `<workflow>/<what it covers>`. */
export function recordedNames(): readonly string[] {
  if (!existsSync(FOLDER)) return [];
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

const fileOf = (name: string): string => path.join(FOLDER, `${name}${SUFFIX}`);
export const isRecorded = (name: string): boolean => existsSync(fileOf(name));
export const sizeOf = (name: string): number => readFileSync(fileOf(name)).length;

export function readRecorded(name: string): Recorded {
  return recordedSchema.parse(JSON.parse(gunzipSync(readFileSync(fileOf(name))).toString('utf8')));
}

/** Writes a run; one that is there stays as it is, unless it is to be replaced. */
export function writeRecorded(
  name: string,
  { workflowId, history }: Recorded,
  { isReplacing = false }: { readonly isReplacing?: boolean } = {},
): void {
  if (!isReplacing && isRecorded(name))
    throw new Error(`${name} is recorded. To record it anew, name it: npm run replay:record -- --replace ${name}`);
  mkdirSync(path.dirname(fileOf(name)), { recursive: true });
  writeFileSync(fileOf(name), gzipSync(JSON.stringify({ workflowId, history: anonymous(history) }), { level: 9 }));
}

/** Who recorded it is nobody's business; ids of requests and tasks are no part of what is replayed, and do not compress. */
function anonymous(history: unknown): unknown {
  const isKept = (key: string) => !LEFT_OUT.has(key);
  return JSON.parse(JSON.stringify(history, (key, value: unknown) => (isKept(key) ? value : undefined)));
}
const LEFT_OUT: ReadonlySet<string> = new Set(['identity', 'taskId', 'requestId']);
