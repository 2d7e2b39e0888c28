import { mkdirSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { Client as TemporalClient } from '@temporalio/client';
import { waitUntil } from '../../src/runtime/processes';
import { runningSystem } from '../../src/runtime/running';
import type { Db } from '../../src/store/db';
import { type RunningCli, startCli } from './cli';
import { type Said, viveiro } from './command';
import { testDatabase } from './database';
import { type TestFiles, testFiles } from './files';
import { aNamespace } from './namespace';
import { type Skipping, skippingOn } from './skipping';
import { testTemporal } from './temporal';

/** For a whole system, on a machine that may be busy. */
const PATIENCE_MS = 120_000;
/** What the system says, or logs, of a fault of its own. */
const FAULTS = /VIV_UNEXPECTED|"level":[56]0|unhandled/i;
export const LIVE_SECRET = 'a secret of links for tests alone';

/** What the API said; `body` is its JSON, or its text. */
export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** `viveiro start` in a process of its own, as a company runs it. */
export interface Live {
  readonly db: Db;
  readonly databaseUrl: string;
  readonly client: Client;
  readonly skipping: Skipping;
  readonly files: TestFiles;
  /** Runs one command beside it, on its data folder; throws when `ok` is asked for and it fails. */
  command(...words: readonly string[]): Promise<Said>;
  done(...words: readonly string[]): Promise<string>;
  /** As a process of its own. */
  binary(...words: readonly string[]): RunningCli['ended'];
  ask(method: string, path: string, body?: unknown, headers?: { readonly [name: string]: string }): Promise<Answered>;
}

/** Files of a company by their place in its folder: `rules/gate.yaml`. */
export type Company = { readonly [file: string]: string };

/**
 * Starts the whole system for one test file: its own process, data folder, database and Temporal namespace, with an API key.
 * `environment` is read once the hooks that stand before have run.
 */
export function live(
  company: () => Company,
  environment: () => { readonly [name: string]: string } = () => ({}),
): Live {
  let running: RunningCli | undefined;
  // before the servers' own hooks: these run in the order in which they stand
  afterAll(async () => {
    running?.stop();
    const { exitCode, stderr } = (await running?.ended) ?? { exitCode: 0, stderr: '' };
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringMatching(FAULTS) });
  });
  const database = testDatabase();
  const temporal = testTemporal();
  const files = testFiles();
  const settings = () => ({
    ...environment(),
    VIVEIRO_DATA_DIR: files.path('data'),
    VIVEIRO_SEQUENCES_DIR: files.path('company'),
    VIVEIRO_LINK_SECRET: LIVE_SECRET,
  });
  let [apiUrl, key] = ['', ''];
  const command: Live['command'] = (...words) => viveiro(words, settings());
  const done: Live['done'] = async (...words) => {
    const said = await command(...words);
    if (said.exitCode !== 0) throw new Error(`viveiro ${words.join(' ')}: ${said.err}${said.out}`);
    return said.out;
  };
  const ask: Live['ask'] = async (method, path, body, headers) => {
    const sent =
      body === undefined
        ? {}
        : typeof body === 'string'
          ? { body }
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      redirect: 'manual',
      ...sent,
      headers: { authorization: `Bearer ${key}`, ...sent.headers, ...headers },
    });
    const text = await answer.text();
    const type = answer.headers.get('content-type') ?? '';
    return { status: answer.status, type, body: /json/.test(type) ? JSON.parse(text) : text };
  };
  const system = { files, command, done, ask } as Live & { -readonly [K in keyof Live]: Live[K] }; // the rest is set before the first test
  system.binary = (...words) => startCli(words, files.path('data'), settings()).ended;
  beforeAll(async () => {
    for (const folder of ['company', 'company/rules', 'company/scripts']) mkdirSync(files.path(folder));
    for (const [name, text] of Object.entries(company())) files.write(`company/${name}`, text);
    const { connection, address } = temporal;
    const namespace = await aNamespace(connection);
    running = startCli(['start', '--json'], files.path('data'), {
      ...settings(),
      VIVEIRO_DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
    });
    let said: string | undefined;
    void running.ended.then(({ stdout, stderr }) => (said = `${stdout}${stderr}`));
    const announced = () => runningSystem(files.path('data'))?.apiUrl;
    await waitUntil(() => announced() !== undefined || said !== undefined, PATIENCE_MS);
    apiUrl = announced() ?? '';
    if (apiUrl === '') throw new Error(`viveiro start does not come up: ${said ?? ''}`);
    const client = new TemporalClient({ connection, namespace });
    Object.assign(system, {
      db: database.db,
      databaseUrl: database.url,
      client,
      skipping: skippingOn(connection, namespace),
    });
    ({ key } = JSON.parse(await done('key', 'create', 'tests', '--json')));
  }, 2 * PATIENCE_MS);
  return system;
}
