import { DEFAULT_PURPOSES } from '../domain/consent/purposes';
import type { ViveiroError } from '../domain/errors';
import { DEFAULT_IDENTITY } from '../domain/identity/rules';
import { createCertificates } from '../mail/inbound/signature/certificates';
import { keepAddressKeys } from '../store/addresses';
import { keepConsentTexts } from '../store/consent-texts';
import { transaction } from '../store/db';
import { unfinishedRehearsals } from '../store/rehearsals';
import { syncReps } from '../store/reps';
import { newestVersions } from '../store/sequences';
import { ensureSweepSchedule } from '../worker/schedule';
import { answerDomainsOf, type Config } from './config';
import { type Content, loadContent } from './content';
import { type Engine, secretOf, startEngine } from './engine';
import { isLoopback, startHttp } from './http';
import { readFromAmazon } from './inbound/amazon';
import { startInboundWays } from './inbound/start';
import { keptPort } from './kept-port';
import { createLogger } from './logger';
import { type Outgoing, outgoingOf } from './mail-accounts';
import { requireOptIn } from './opt-in';
import { publishOwnSequences } from './own-sequences';
import { allowRehearsals, inboxOf } from './rehearsal/platform';
import { runRehearsal } from './rehearsal/run';
import { type Addresses, announce } from './running';
import { createStops, type Stops } from './stops';
import { type Progress, type System, startSystem, temporalOf } from './system';
import { requireHookSecrets, requireSecrets, requireSourceSecrets } from './webhook-secrets';

/** The task queue of live journeys, handoffs and the sweep. */
export const LIVE_QUEUE = 'viveiro';

export interface AppOptions {
  readonly onProgress?: (progress: AppProgress) => void;
  /** Hears of what goes wrong beside the work of a request or a journey. */
  readonly onProblem?: (problem: unknown) => void;
}
export type AppProgress =
  | Progress
  | { readonly part: 'API' | 'worker'; readonly state: 'ready'; readonly detail: string };

/** Everything that `viveiro start` keeps running. */
export interface App {
  readonly addresses: Addresses;
  /** Resolves when a part has ended although nobody stopped it. */
  readonly failed: Promise<ViveiroError | Error>;
  stop(): Promise<void>;
}

/** Starts servers, worker, outbox, sweep and API in order; if one fails, those that had started are stopped again. */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const content = await loadContent(config); // first: bad files are told before anything starts
  requireSecrets(content.rules.webhooks, process.env);
  requireHookSecrets(content.rules.inbound, process.env);
  requireSourceSecrets(content.rules.sources, process.env);
  const outgoing = outgoingOf(config, content.rules.delivery, process.env);
  const stops = createStops();
  try {
    return await startParts({ config, options, content, outgoing, stops });
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

interface Starting {
  readonly config: Config;
  readonly options: AppOptions;
  readonly content: Content;
  readonly outgoing: Outgoing;
  readonly stops: Stops;
}

async function startParts({ config, options, content, outgoing, stops }: Starting): Promise<App> {
  const { onProgress } = options;
  const system = await startSystem(config, { onProgress, isInboxWanted: true });
  stops.add(system.stop);
  const port = await keptPort(system.folder, 'api', config.apiPort);
  const publicUrl = (config.publicUrl ?? `http://${config.host}:${port}`).replace(/\/$/, '');
  const engine = await startLiveEngine({ config, system, content, outgoing, publicUrl });
  stops.add(engine.stop);
  onProgress?.({ part: 'worker', state: 'ready', detail: `task queue ${LIVE_QUEUE}` });
  const { db, turn } = engine;
  const { linkSecret } = system;
  const deps = {
    db,
    turn,
    linkSecret,
    publicUrl,
    forms: content.forms,
    clock: Date.now,
    bodyLimit: config.apiBodyLimit,
    trustedProxies: config.trustedProxies,
    secretOf,
    certificateAt: createCertificates({ read: readFromAmazon, clock: Date.now }),
  };
  const api = await startHttp(
    { ...deps, logger: createLogger(config), localPages: isLoopback(config.host) },
    { host: config.host, port },
  );
  stops.add(api.stop);
  onProgress?.({ part: 'API', state: 'ready', detail: api.url });
  const inbound = await startInboundWays(config, { intake: deps, ways: { port: true }, onProblem: options.onProblem });
  stops.add(inbound.stop);
  const addresses: Addresses = {
    ...system.addresses,
    mailAccounts: outgoing.accounts?.map(({ name }) => name),
    apiUrl: api.url,
    publicUrl,
    inboundSmtpUrl: inbound.smtpUrl,
  };
  announce(system.folder, addresses);
  carryOnRehearsals({ config, system, content, engine, publicUrl, stops, onProblem: options.onProblem });
  return { addresses, failed: firstFailure(system, engine, stops), stop: stops.stop };
}

interface Live {
  readonly config: Config;
  readonly system: System;
  readonly content: Content;
  readonly publicUrl: string;
}

async function startLiveEngine(live: Live & { readonly outgoing: Outgoing }): Promise<Engine> {
  const { config, system, content, outgoing, publicUrl } = live;
  const { mailFrom: from, postalAddress } = config;
  const { databaseUrl, linkSecret } = system;
  const engine = await startEngine({
    databaseUrl,
    temporal: temporalOf(system),
    taskQueue: LIVE_QUEUE,
    rules: content.rules,
    templates: content.templates,
    mail: {
      smtpUrl: system.smtpUrl ?? inboxOf(system),
      ...outgoing,
      from,
      postalAddress,
      publicUrl,
      linkSecret,
      addressKey: config.addressKey,
      answerDomains: answerDomainsOf(config),
    },
  });
  try {
    const now = Date.now();
    await syncReps(engine.db, content.rules.routing);
    await keepConsentTexts(engine.db, content.rules.purposes ?? DEFAULT_PURPOSES, now);
    await keepAddressKeys(engine.db, content.rules.identity ?? DEFAULT_IDENTITY);
    await publishOwnSequences(engine.db, { config, content, now });
    requireOptIn(content, await transaction(engine.db, newestVersions));
    const { client } = engine;
    await ensureSweepSchedule({ client, taskQueue: LIVE_QUEUE, lifecycle: content.rules.lifecycle });
    return engine;
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

function firstFailure(system: System, engine: Engine, stops: Stops): Promise<ViveiroError | Error> {
  const worker = new Promise<Error>((resolve) => {
    engine.finished.catch((error: Error) => (stops.isStopping() ? undefined : resolve(error)));
  });
  return Promise.race([system.failed, worker]);
}

/** Rehearsals that were broken off go on beside the live work, until they end or everything stops. */
function carryOnRehearsals(
  o: Live & { readonly engine: Engine; readonly stops: Stops; readonly onProblem?: (problem: unknown) => void },
): void {
  const breaking = new AbortController();
  const running = carryOn(o, breaking.signal).catch((problem: unknown) => {
    if (!breaking.signal.aborted) o.onProblem?.(problem);
  });
  o.stops.add(async () => {
    breaking.abort();
    await running;
  });
}

async function carryOn(
  { config, system, content, engine, publicUrl }: Live & { readonly engine: Engine },
  signal: AbortSignal,
) {
  const rows = await unfinishedRehearsals(engine.db);
  if (rows.length === 0) return;
  const temporal = temporalOf(system);
  await allowRehearsals(temporal.connection, temporal.namespace);
  const { mailFrom: from, postalAddress } = config;
  const { databaseUrl, linkSecret } = system;
  const mail = { from, postalAddress, publicUrl, linkSecret, addressKey: config.addressKey };
  const platform = { databaseUrl, temporal, inboxSmtpUrl: inboxOf(system), mail, content };
  for (const row of rows) await runRehearsal({ platform, row, signal });
}
