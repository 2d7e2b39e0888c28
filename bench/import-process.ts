// one import of `npm run bench -- import`: its order is in BENCH_IMPORT, what it has measured is its only message
import path from 'node:path';
import { parseMap } from '../src/importing/map';
import { importFile } from '../src/importing/run';
import { loadRules } from '../src/runtime/rules';
import { connect, disconnect } from '../src/store/db';

export interface ImportOrder {
  readonly databaseUrl: string;
  readonly file: string;
  /** As hexadecimal digits. */
  readonly keys: { readonly address: string; readonly chain: string };
}

export interface ImportMeasured {
  readonly imported: number;
  readonly seconds: number;
  /** The most that the process has held, from its start to the end of the import. */
  readonly peakMb: number;
}

const MAP = `import: leads
name: bench
contact:
  email: "{email}"
  name: "{name}"
  attributes:
    role: "{role}"
    companySize: { column: size, type: number }
    country: "{country}"
lead: { offer: course, source: bench }
consent: { purpose: marketing, basis: consent, text: "I want to receive e-mails.", when: { column: agreed, is: "y" } }
`;

async function main(): Promise<void> {
  const { databaseUrl, file, keys }: ImportOrder = JSON.parse(process.env.BENCH_IMPORT ?? '');
  const rules = await loadRules(path.join(__dirname, '../sequences/rules'));
  const db = connect(databaseUrl, 2, {
    address: Buffer.from(keys.address, 'hex'),
    chain: Buffer.from(keys.chain, 'hex'),
  });
  const map = parseMap(MAP, 'bench.yaml');
  const started = performance.now();
  const { imported } = await importFile({ db, turn: { rules }, file, map, now: Date.now() });
  const seconds = (performance.now() - started) / 1000;
  const measured: ImportMeasured = { imported, seconds, peakMb: process.resourceUsage().maxRSS / 1024 };
  process.send?.(measured);
  await disconnect(db);
  if (process.connected) process.disconnect();
}

void main();
