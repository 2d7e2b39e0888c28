import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ImportRequest } from '../../src/importing/run';
import { waitUntil } from '../../src/runtime/processes';
import { type ImportRunRow, listRuns } from '../../src/store/imports/runs';
import { aRules, NOON } from './api';
import { bundleOf } from './bundle';
import type { TestDatabase } from './database';
import type { TestFiles } from './files';
import type { ImportOrder } from './import-child';
import { aLeadsMap } from './importing';

/** Requests of imports into the database of a suite: of leads, unless `parts` name another mapping. */
export const importRequests =
  (context: TestDatabase, files: TestFiles) =>
  (file: string, parts: Partial<ImportRequest> = {}): ImportRequest => ({
    db: context.db,
    turn: { rules: aRules },
    file,
    map: aLeadsMap(),
    rejectsFile: files.path('rejects.csv'),
    now: NOON,
    ...parts,
  });

/** Imports in a process of its own, which is killed once it has recorded something. Answers how far it came. */
export async function killedOnTheWay(request: ImportRequest, databaseUrl: string): Promise<ImportRunRow | undefined> {
  const { db, ...rest } = request;
  const order: ImportOrder = { ...rest, databaseUrl };
  const [before] = await listRuns(db, 1);
  const own = async () => (await listRuns(db, 1)).find(({ id }) => id !== before?.id);
  const child = spawn(process.execPath, [await bundleOf('test/support/import-child.ts')], {
    env: { ...process.env, IMPORT_ORDER: JSON.stringify(order) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitUntil(async () => ((await own())?.rowsDone ?? 0) > 0, 30_000);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return own();
}
