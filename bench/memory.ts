import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { newId } from '../src/domain/ids';
import { readConfig } from '../src/runtime/config';
import { loadContent } from '../src/runtime/content';
import { inParallel } from '../src/runtime/in-parallel';
import { inboxOf } from '../src/runtime/rehearsal/platform';
import { type System, startSystem, temporalOf } from '../src/runtime/system';
import { connect, type Db, disconnect } from '../src/store/db';
import type { SequenceVersion } from '../src/store/sequences';
import type { TurnDeps } from '../src/store/turn';
import { bundling } from '../src/worker/bundling';
import { type ChildWorker, startChild } from './child-worker';
import type { Measured } from './memory-worker';
import { type Parked, park, parkedVersion, wake } from './parking';
import type { parked as parkedWorkflow } from './workflows';

const FEW = 1_000;
const MANY = 20_000;
/** The worker of many journeys keeps few of them. */
const CACHED = 500;
const STEPS = 500;
const ROUNDS = 3;
/** Between the two measures of memory: what does not grow by workflow falls out of the difference. */
const WARM = 500;
const MORE = 2_000;

interface Bench {
  readonly dataDir: string;
  readonly system: System;
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly version: SequenceVersion;
}

/**
 * (a) Resident memory of a worker per cached waiting journey, over that per cached bare workflow which waits as long, each in a process
 * of its own. (b) Processor time of a worker per step with 20,000 journeys parked, over that with 1,000, while it keeps 500: a step
 * is an event, its poke, the workflow found again by replay, its turn, and the next wait. Journeys are chosen over all that are parked.
 * `--cached`: (a) alone, in two minutes.
 */
export async function memoryBench(flags: readonly string[]): Promise<{ readonly [figure: string]: number }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-bench-'));
  const config = readConfig({ ...process.env, VIVEIRO_DATA_DIR: dataDir });
  const system = await startSystem(config, { environment: {}, isInboxWanted: true, survivesPowerLoss: false });
  const db = connect(system.databaseUrl, 12, system.keys);
  try {
    const { rules } = await loadContent(config);
    const bench = { dataDir, system, db, turn: { rules }, version: await parkedVersion(db) };
    const steps = flags.includes('--cached') ? {} : await costs(bench);
    return { ...(await memory(bench)), ...steps };
  } finally {
    await disconnect(db);
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const say = (text: string) => process.stderr.write(`${text}\n`);
const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

function orderFor({ system }: Bench, taskQueue: string, maxCachedWorkflows: number) {
  const { databaseUrl } = system;
  const { address: temporal } = temporalOf(system);
  return { databaseUrl, temporal, taskQueue, smtpUrl: inboxOf(system), maxCachedWorkflows };
}

async function costs(bench: Bench) {
  const child = await startChild({ ...orderFor(bench, 'parked', CACHED), kind: 'journeys' }, { collects: false });
  try {
    say(`parking ${FEW} journeys`);
    const few = await park(bench.db, { ...bench, count: FEW });
    const cheap = await costOf(bench, child, few);
    const { rssBytes: rssWithFew } = await child.measure();
    say(`parking ${MANY - FEW} more`);
    const many = [...few, ...(await park(bench.db, { ...bench, count: MANY - FEW }))];
    const dear = await costOf(bench, child, many);
    const { rssBytes } = await child.measure();
    return {
      parked: MANY,
      cachedWorkflows: CACHED,
      rssMbWithFew: rounded(rssWithFew / 1e6, 0),
      rssMb: rounded(rssBytes / 1e6, 0),
      stepCpuMsWithFew: rounded(cheap),
      stepCpuMsWithMany: rounded(dear),
      costRatio: rounded(dear / cheap),
    };
  } finally {
    await child.stop();
  }
}

/** Processor time of the worker per step (ms): the median of some rounds, each over journeys of all ages. */
async function costOf({ db, turn }: Bench, child: ChildWorker, parked: readonly Parked[]): Promise<number> {
  await wake(db, turn, every(parked, 100, 0));
  const rounds: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = await child.measure();
    await wake(db, turn, every(parked, STEPS, round));
    rounds.push(((await child.measure()).cpuMs - before.cpuMs) / STEPS);
    say(`  ${parked.length} parked, round ${round}: ${rounded(rounds.at(-1) ?? 0)} ms a step`);
  }
  return rounds.toSorted((a, b) => a - b)[1] ?? Number.NaN;
}

/** `count` of them, evenly over all, shifted from round to round. */
function every<T>(all: readonly T[], count: number, shift: number): readonly T[] {
  const stride = Math.floor(all.length / count);
  return Array.from({ length: count }, (_, index) => all[(index * stride + shift) % all.length]).filter(
    (one): one is T => one !== undefined,
  );
}

async function memory(bench: Bench) {
  const room = WARM + MORE + 100;
  say(`filling a worker with ${WARM + MORE} journeys`);
  const journeys = await startChild({ ...orderFor(bench, 'cached', room), kind: 'journeys' }, { collects: true });
  const own = await growth(journeys, (count) => park(bench.db, { ...bench, count }));
  say(`filling a worker with ${WARM + MORE} bare workflows`);
  const bundle = await bareBundle(bench);
  const bare = await startChild({ ...orderFor(bench, 'bare', room), kind: 'bare', bundle }, { collects: true });
  const plain = await growth(bare, (count) => parkBare(bench, count));
  return {
    bytesPerCachedJourney: Math.round(own),
    bytesPerCachedBare: Math.round(plain),
    memoryRatio: rounded(own / plain),
  };
}

/** Made beforehand, as that of the journeys is: what webpack leaves free in a process would be filled by workflows and seen by nobody. */
async function bareBundle({ dataDir }: Bench): Promise<string> {
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({ ...bundling(require.resolve('./workflows')), logger });
  const file = path.join(dataDir, 'bare-workflows.js');
  writeFileSync(file, code);
  return file;
}

/** By how much the worker's memory grows with each workflow that it caches (bytes). */
async function growth(child: ChildWorker, fill: (count: number) => Promise<unknown>): Promise<number> {
  try {
    await fill(WARM);
    const before = await settled(child, WARM);
    await fill(MORE);
    const after = await settled(child, WARM + MORE);
    return (after.rssBytes - before.rssBytes) / (after.cached - before.cached);
  } finally {
    await child.stop();
  }
}

/** A busy server takes back some tasks that it has given, and with them workflows from the cache. */
const MOST_OF_THEM = 0.9;

/** Memory once nearly all are in the cache, and both stand still: to a hundredth, and to a workflow. */
async function settled(child: ChildWorker, parked: number): Promise<Measured> {
  for (let last = await child.measure(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const now = await child.measure();
    const stands = now.cached === last.cached && Math.abs(now.rssBytes - last.rssBytes) < last.rssBytes / 100;
    if (stands && now.cached >= parked * MOST_OF_THEM) return now;
    last = now;
  }
}

async function parkBare({ system }: Bench, count: number): Promise<void> {
  const { connection, namespace } = temporalOf(system);
  const client = new Client({ connection, namespace });
  await inParallel(Array.from({ length: count }, newId), 10, async (workflowId) => {
    await client.workflow.start<typeof parkedWorkflow>('parked', { workflowId, taskQueue: 'bare', args: [] });
  });
}
