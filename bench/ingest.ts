import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keyOf } from '../src/domain/ids';
import { readConfig } from '../src/runtime/config';
import { startSystem } from '../src/runtime/system';
import { createApiKey } from '../src/store/api-keys';
import { connect, type Db, disconnect, transaction } from '../src/store/db';
import { RUNS_TYPESCRIPT } from './typescript';

const CONTACTS = 5_000;
const EVENTS = 20_000;
/** Callers who wait for their answer before they send the next event. */
const CALLERS = 128;
/** Every so many events one is sent that was sent before. */
const REPEATED_EVERY = 20;
const WARM_UP = 1_000;

/**
 * How many events one API process records a second, each of its own POST, answered when it is durable; every twentieth is a repetition,
 * which is not counted. One in ten is a click, which scores a lead where there is one (half of the contacts); nobody waits for the
 * others. PostgreSQL is as `viveiro start` starts it: it writes to disk. `p99Ms`: of the answers, as callers see them.
 */
export async function ingestBench(): Promise<{ readonly [figure: string]: number }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-bench-'));
  const system = await startSystem(readConfig({ VIVEIRO_DATA_DIR: dataDir }), { without: ['Temporal', 'inbox'] });
  try {
    const db = connect(system.databaseUrl, 2, system.keys);
    await populate(db);
    const { key } = await createApiKey(db, { name: 'bench', at: Date.now() });
    const api = await startApi(system.databaseUrl);
    try {
      await calls(api.url, { key, from: 0, count: WARM_UP });
      const started = performance.now();
      const waits = await calls(api.url, { key, from: WARM_UP, count: EVENTS });
      const seconds = (performance.now() - started) / 1000;
      const distinct = EVENTS - Math.floor(EVENTS / REPEATED_EVERY);
      await check(db);
      const sorted = waits.toSorted((a, b) => a - b);
      return {
        eventsPerSecond: Math.round(distinct / seconds),
        p50Ms: round(sorted[Math.floor(sorted.length / 2)]),
        p99Ms: round(sorted[Math.floor(sorted.length * 0.99)]),
      };
    } finally {
      await api.stop();
      await disconnect(db);
    }
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const round = (ms = 0): number => Math.round(ms * 10) / 10;
const contactOf = (index: number): string => keyOf('contact of the bench', index % CONTACTS);

async function populate(db: Db): Promise<void> {
  const ids = Array.from({ length: CONTACTS }, (_, index) => contactOf(index));
  await transaction(db, async (tx) => {
    await tx.$executeRaw`
      INSERT INTO contact (id, email, created_at)
      SELECT id, id || '@example.test', now() FROM unnest(${ids}::uuid[]) AS c(id)`;
    await tx.$executeRaw`
      INSERT INTO lead (id, contact_id, offer, source, created_at, interest_at)
      SELECT gen_random_uuid(), id, 'course', 'bench', now(), now() FROM unnest(${ids.slice(0, CONTACTS / 2)}::uuid[]) AS c(id)`;
  });
}

async function startApi(databaseUrl: string) {
  const child = spawn(process.execPath, [...RUNS_TYPESCRIPT, path.join(__dirname, 'ingest-api.ts')], {
    env: { ...process.env, BENCH_API: databaseUrl },
    stdio: ['ignore', 2, 2, 'ipc'], // standard output is for the figures
  });
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  const [url] = (await once(child, 'message')) as [string]; // as ingest-api.ts sends it
  return {
    url,
    async stop() {
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
      process.off('exit', end);
    },
  };
}

interface Calls {
  readonly key: string;
  /** Number of the first event. */
  readonly from: number;
  readonly count: number;
}

/** Sends so many events, and answers how long each answer took (ms). */
async function calls(url: string, { key, from, count }: Calls): Promise<readonly number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CALLERS });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const waits: number[] = [];
  let next = from;
  const caller = async (): Promise<void> => {
    while (next < from + count) {
      const body = JSON.stringify(eventOf(next++));
      const started = performance.now();
      await post({ url: `${url}/v1/events`, agent, headers, body });
      waits.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  agent.destroy();
  return waits;
}

/** A repetition says what the event before it said. */
function eventOf(number: number) {
  const index = number % REPEATED_EVERY === REPEATED_EVERY - 1 ? number - 1 : number;
  const type = index % 10 === 0 ? 'mail.clicked' : index % 3 === 0 ? 'app.used' : 'page.viewed';
  return {
    type,
    contact: { id: contactOf(Math.imul(index, 7919) >>> 0) },
    idempotencyKey: `event-${index}`,
    properties: { page: `/page/${index % 97}`, index },
  };
}

interface Post {
  readonly url: string;
  readonly agent: http.Agent;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

function post({ url, agent, headers, body }: Post): Promise<void> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const request = http.request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': length } });
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode === 200 || statusCode === 202) resolve();
        else reject(new Error(`the API answered ${statusCode}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What was answered is there, once. */
async function check(db: Db): Promise<void> {
  const all = WARM_UP + EVENTS;
  const wanted = all - Math.floor(all / REPEATED_EVERY);
  const [row] = await db.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM interaction`;
  if (row?.count !== wanted) throw new Error(`${row?.count} events are on record, not ${wanted}`);
}
