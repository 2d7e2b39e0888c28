import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type Instant, newId } from '../../domain/ids';
import { newestContacts } from '../../store/audience';
import { connect, type Db, disconnect } from '../../store/db';
import {
  type RehearsalRow,
  registerRehearsal,
  rehearsalOptionsSchema,
  unfinishedRehearsals,
} from '../../store/rehearsals';
import { syncReps } from '../../store/reps';
import type { Config } from '../config';
import { type Content, contentFolders, loadContent } from '../content';
import { isLoopback, startHttp } from '../http';
import { keptPort } from '../kept-port';
import { allowRehearsals, inboxOf, type RehearsalPlatform } from '../rehearsal/platform';
import { type RehearsalProgress, runRehearsal } from '../rehearsal/run';
import { publishFiles } from '../sequence-files';
import type { Say, Step } from '../step';
import { createStops, type Stops } from '../stops';
import { type System, startSystem, temporalOf } from '../system';
import { type Demo, type DemoWishes, finishDemo, openDemo } from './folder';
import { addClients, addLeads, checkFiles } from './people';
import { type DemoSummary, summarise } from './summary';

export const CLIENTS = 40;
const LEAD_SEQUENCE = 'course-nurture';

export interface DemoOptions {
  /** With the data folder of the demo; its database, relay and Temporal server are the demo's own, whatever is configured. */
  readonly config: Config;
  readonly wishes: DemoWishes;
  /** Begins anew, also when one was broken off. */
  readonly isFresh: boolean;
  readonly step: Step;
  /** Breaks the demo off where it stands; asked for the same again, it goes on from there. */
  readonly signal: AbortSignal;
}

export interface FinishedDemo {
  readonly summary: DemoSummary;
  readonly inboxUrl: string;
  readonly apiUrl: string;
  /** Ends everything that still runs. */
  stop(): Promise<void>;
}

/** Runs the demo to its end, or carries on one that was broken off; inbox and API then stay up until `stop`. */
export async function runDemo(options: DemoOptions): Promise<FinishedDemo> {
  const content = await loadContent(options.config);
  const { config, wishes, isFresh } = options;
  await checkFiles(wishes);
  const { demo, isCarriedOn } = await openDemo(config.dataDir, { wishes, isFresh, now: Date.now() });
  const stops = createStops();
  try {
    return await play({ options, content, demo, isCarriedOn, stops });
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

interface Playing {
  readonly options: DemoOptions;
  readonly content: Content;
  readonly demo: Demo;
  readonly isCarriedOn: boolean;
  readonly stops: Stops;
}

async function play(playing: Playing): Promise<FinishedDemo> {
  const { options, demo, stops } = playing;
  const { config } = options;
  const beganAt = performance.now();
  const system = await options.step('Start PostgreSQL, Temporal and the inbox', (say) => startServers(config, say));
  stops.add(system.stop);
  options.signal.throwIfAborted();
  const startedAt = performance.now();
  const row = await prepared(playing, system);
  const { scratchUrl, apiUrl } = await rehearse(playing, system, row);
  const scratch = connect(scratchUrl, 2);
  stops.add(() => disconnect(scratch));
  const inbox = system.inbox;
  if (!inbox) throw new TypeError('the demo starts its inbox'); // startServers asks for it
  const realSeconds = seconds(startedAt);
  const summary = await summarise({
    scratch,
    messageIds: inbox.store.messageIds(),
    startSeconds: seconds(beganAt) - realSeconds,
    realSeconds,
    isCarriedOn: playing.isCarriedOn,
  });
  finishDemo(config.dataDir, demo);
  return { summary, inboxUrl: inbox.url, apiUrl, stop: stops.stop };
}

const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10;

function startServers(config: Config, say: Say): Promise<System> {
  return startSystem(config, {
    environment: {},
    isInboxWanted: true,
    survivesPowerLoss: false,
    onProgress: ({ part, state, detail }) => say([part, state, detail].filter(Boolean).join(' ')),
  });
}

/** People, sequences and the rehearsal's row: whatever a broken-off demo has not made yet. */
async function prepared({ options, content, demo }: Playing, system: System): Promise<RehearsalRow> {
  const { step, config } = options;
  const { wishes, startedAt: now } = demo;
  const live = connect(system.databaseUrl, 10, system.keys);
  try {
    const [unfinished] = await unfinishedRehearsals(live);
    if (unfinished) return unfinished;
    const turn = { rules: content.rules };
    await syncReps(live, content.rules.routing);
    options.signal.throwIfAborted();
    await step(`Import ${wishes.leads} leads`, (say) =>
      addLeads({ db: live, turn, wishes, now, say, dataDir: config.dataDir }),
    );
    await step(`Add ${CLIENTS} quiet clients`, (say) =>
      addClients({ db: live, turn, wishes, now, say, count: CLIENTS }),
    );
    await step('Publish the sequences', (say) => publishAll({ live, config, content, now, say }));
    return await registered(live, { wishes, now });
  } finally {
    await disconnect(live);
  }
}

interface Publishing {
  readonly live: Db;
  readonly config: Config;
  readonly content: Content;
  readonly now: Instant;
  readonly say: Say;
}

async function publishAll({ live, config, content, now, say }: Publishing): Promise<void> {
  const { sequences } = contentFolders(config);
  const files = readdirSync(sequences)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => path.join(sequences, name));
  const published = await publishFiles(live, { files, known: content.known, templates: content.templates, now });
  say(published.map(({ sequence, version }) => `${sequence} version ${version}`).join(', '));
}

async function registered(live: Db, o: { readonly wishes: DemoWishes; readonly now: Instant }): Promise<RehearsalRow> {
  const [leads, clients] = await Promise.all(
    (['lead', 'client'] as const).map((audience) => newestContacts(live, { audience, limit: 1_000_000 })),
  );
  const options = rehearsalOptionsSchema.parse({
    name: 'demo',
    script: { seed: o.wishes.seed },
    contactIds: [...new Set([...(leads ?? []), ...(clients ?? [])])],
    enter: [{ sequence: LEAD_SEQUENCE, contactIds: leads ?? [] }],
    sweep: true,
  });
  return registerRehearsal(live, { id: newId(), options, startedAt: o.now });
}

/** The pages work on the scratch database from the first mail on, so that its links lead somewhere. */
async function rehearse({ options, content, stops }: Playing, system: System, row: RehearsalRow) {
  const { config, step } = options;
  const temporal = temporalOf(system);
  await allowRehearsals(temporal.connection, temporal.namespace);
  const port = await keptPort(system.folder, 'api', config.apiPort);
  const publicUrl = `http://${config.host}:${port}`;
  const { databaseUrl, linkSecret } = system;
  const { mailFrom: from, postalAddress, addressKey } = config;
  const mail = { from, postalAddress, publicUrl, linkSecret, addressKey };
  const platform: RehearsalPlatform = { databaseUrl, temporal, inboxSmtpUrl: inboxOf(system), mail, content };
  const openPages = async (scratchUrl: string) => {
    const db = connect(scratchUrl, 4, system.keys);
    stops.add(() => disconnect(db));
    const deps = { db, turn: { rules: content.rules }, linkSecret, publicUrl, forms: content.forms, clock: Date.now };
    const api = await startHttp({ ...deps, localPages: isLoopback(config.host) }, { host: config.host, port });
    stops.add(api.stop);
  };
  const scratchUrl = await step('Rehearse three weeks', (say) =>
    runRehearsal({
      platform,
      row,
      onReady: openPages,
      onProgress: (progress) => say(progressText(row, progress)),
      signal: options.signal,
    }),
  );
  return { scratchUrl, apiUrl: publicUrl };
}

const DAY_MS = 86_400_000;

function progressText({ startedAt }: RehearsalRow, { stage, done, total, reachedAt }: RehearsalProgress): string {
  if (stage === 'preparing') return `${done} of ${total} journeys have entered`;
  const day = reachedAt === null ? 0 : Math.max(0, Math.floor((reachedAt - startedAt) / DAY_MS));
  return `${done} of ${total} journeys have ended; the furthest is at day ${day}`;
}
