import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { readConfig } from '../src/runtime/config';
import { startSystem } from '../src/runtime/system';
import { connect, type Db, disconnect } from '../src/store/db';
import type { StoreKeys } from '../src/store/keys';
import type { ImportMeasured, ImportOrder } from './import-process';
import { RUNS_TYPESCRIPT } from './typescript';

const ROWS = 100_000;
/** Of the file beside which the memory of the large one is put. */
const FEW = 10_000;
const BARE_BATCH = 500;

/**
 * How many rows of leads an import records a second, in a process of its own: each a contact, a lead that the shipped rules score, its event
 * and decisions, and for every second row a proof of consent. Beside it, in the same run and database, the cells of the same rows alone,
 * inserted 500 at a time into a table without an index. `peakMb`: the most memory that the process has held; `peakMbOfFew`: with a file
 * of a tenth of the rows. PostgreSQL is as `viveiro start` starts it: it writes to disk.
 */
export async function importBench(): Promise<{ readonly [figure: string]: number }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-bench-'));
  const system = await startSystem(readConfig({ VIVEIRO_DATA_DIR: dataDir }), { without: ['Temporal', 'inbox'] });
  try {
    const db = connect(system.databaseUrl, 2, system.keys);
    try {
      const [few, many] = [rowsFile(dataDir, 'few', FEW), rowsFile(dataDir, 'many', ROWS)];
      const { keys, databaseUrl } = system;
      const small = await imported({ databaseUrl, file: few, keys }, FEW);
      const large = await imported({ databaseUrl, file: many, keys }, ROWS);
      const bareSeconds = await bare(db, many);
      const [rowsPerSecond, bareRowsPerSecond] = [ROWS / large.seconds, ROWS / bareSeconds];
      return {
        rowsPerSecond: Math.round(rowsPerSecond),
        bareRowsPerSecond: Math.round(bareRowsPerSecond),
        ratio: rounded(rowsPerSecond / bareRowsPerSecond, 1000),
        peakMb: rounded(large.peakMb, 10),
        peakMbOfFew: rounded(small.peakMb, 10),
        memoryRatio: rounded(large.peakMb / small.peakMb, 100),
      };
    } finally {
      await disconnect(db);
    }
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const rounded = (value: number, parts: number): number => Math.round(value * parts) / parts;

const ROLES = ['director', 'manager', 'specialist', 'student'] as const;

function rowsFile(folder: string, name: string, count: number): string {
  const file = path.join(folder, `${name}.csv`);
  const rows = Array.from({ length: count }, (_, n) => {
    const cells = [
      `Ana Maria ${n}`,
      `${name}${n}@example.test`,
      ROLES[n % 4],
      n % 60,
      ['BR', 'GB', 'PL'][n % 3],
      n % 2 === 0 ? 'y' : 'n',
    ];
    return `${cells.join(',')}\n`;
  });
  writeFileSync(file, `name,email,role,size,country,agreed\n${rows.join('')}`);
  return file;
}

async function imported(
  { keys, ...order }: Omit<ImportOrder, 'keys'> & { readonly keys: StoreKeys },
  count: number,
): Promise<ImportMeasured> {
  const hex = { address: keys.address.toString('hex'), chain: keys.chain.toString('hex') };
  const whole: ImportOrder = { ...order, keys: hex };
  const child = spawn(process.execPath, [...RUNS_TYPESCRIPT, path.join(__dirname, 'import-process.ts')], {
    env: { ...process.env, BENCH_IMPORT: JSON.stringify(whole) },
    stdio: ['ignore', 2, 2, 'ipc'], // standard output is for the figures
  });
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  const [measured] = (await once(child, 'message')) as [ImportMeasured]; // as import-process.ts sends it
  process.off('exit', end);
  if (measured.imported !== count) throw new Error(`${measured.imported} rows were imported, not ${count}`);
  return measured;
}

/** Seconds. */
async function bare(db: Db, file: string): Promise<number> {
  await db.$executeRaw`CREATE TABLE bare (name text, email text, role text, size text, country text, agreed text)`;
  const started = performance.now();
  let batch: string[][] = [];
  const write = async () => {
    await db.$executeRaw`
      INSERT INTO bare SELECT r->>0, r->>1, r->>2, r->>3, r->>4, r->>5 FROM json_array_elements(${JSON.stringify(batch)}::json) AS r`;
    batch = [];
  };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    batch.push(line.split(','));
    if (batch.length === BARE_BATCH) await write();
  }
  if (batch.length > 0) await write();
  return (performance.now() - started) / 1000;
}
