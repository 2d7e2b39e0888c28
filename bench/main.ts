// npm run bench -- <name> [--json]
import { importBench } from './import';
import { ingestBench } from './ingest';
import { journeyBench } from './journey';
import { memoryBench } from './memory';
import { segmentBench } from './segment/segment';
import { sendBench } from './send';
import { simulateBench } from './simulate';

type Result = { readonly [figure: string]: number };
const BENCHES: { readonly [name: string]: (flags: readonly string[]) => Promise<Result> } = {
  import: importBench,
  ingest: ingestBench,
  journey: journeyBench,
  memory: memoryBench,
  segment: segmentBench,
  send: sendBench,
  simulate: simulateBench,
};

async function main(): Promise<void> {
  const [name = '', ...flags] = process.argv.slice(2);
  const bench = BENCHES[name];
  if (!bench) {
    process.stderr.write(`No bench "${name}". There are: ${Object.keys(BENCHES).join(', ')}.\n`);
    process.exitCode = 2;
    return;
  }
  const result = await bench(flags);
  if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [figure, value] of Object.entries(result)) process.stdout.write(`${figure.padEnd(20)} ${value}\n`);
}

void main();
