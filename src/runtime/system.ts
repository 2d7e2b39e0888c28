import { failure, type ViveiroError } from '../domain/errors';
import { keysFrom, type StoreKeys } from '../store/keys';
import { type Config, type Environment, withoutPassword } from './config';
import { type DataFolder, keptSecret, openDataFolder } from './data-folder';
import type { Inbox } from './inbox/server';
import { type Database, openDatabase } from './postgres/database';
import { prepareDatabase } from './postgres/prepare';
import { type Addresses, announce, withdraw } from './running';
import { createStops, type Stops } from './stops';
import type { Temporal } from './temporal/temporal';

export type Part = 'data folder' | 'PostgreSQL' | 'Temporal' | 'inbox';

export interface Progress {
  readonly part: Part;
  readonly state: 'starting' | 'ready';
  /** For people: what is tried, or where it answers. */
  readonly detail?: string;
}

export interface SystemOptions {
  readonly onProgress?: (progress: Progress) => void;
  /** Parts that the caller does not need. The inbox is also left out when a relay is configured, unless it is wanted. */
  readonly without?: readonly ('Temporal' | 'inbox')[];
  /** The inbox runs also when a relay is configured: rehearsals mail to nothing else. */
  readonly isInboxWanted?: boolean;
  /** False: faster, and still safe against kill -9, but not against a loss of power. For demos. */
  readonly survivesPowerLoss?: boolean;
  /** With the standard TEMPORAL_* variables; default: of this process. */
  readonly environment?: Environment;
}

/** What everything else is built on, up and healthy. */
export interface System {
  readonly folder: DataFolder;
  readonly databaseUrl: string;
  readonly linkSecret: string;
  /** Of address hashes and consent proofs. */
  readonly keys: StoreKeys;
  readonly temporal: Temporal | undefined;
  readonly inbox: Inbox | undefined;
  /** Takes live mail: the configured relay, else the inbox; `undefined`: there is neither. */
  readonly smtpUrl: string | undefined;
  /** As they are announced to other commands. */
  readonly addresses: Addresses;
  /** Resolves when a part has ended although nobody stopped it. */
  readonly failed: Promise<ViveiroError>;
  /** Stops all in reverse order. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

/** Starts the parts in order, PostgreSQL and Temporal at once. If one fails, those that had started are stopped again. */
export async function startSystem(config: Config, options: SystemOptions = {}): Promise<System> {
  const stops = createStops();
  try {
    const { parts, ...system } = await startParts({ config, options, onStop: stops.add });
    return { ...system, failed: firstFailure(parts, stops.isStopping), stop: stops.stop };
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

/** Temporal of a system that was started with it. */
export function temporalOf({ temporal }: System): Temporal {
  if (!temporal) throw new TypeError('this system was started without Temporal'); // a mistake of the caller
  return temporal;
}

// Read when they are wanted: the packages of either take longer than a command that wants the database alone.
const temporalPart = () => require('./temporal/temporal') as typeof import('./temporal/temporal');
const inboxPart = () => require('./inbox/server') as typeof import('./inbox/server');

interface Starting {
  readonly config: Config;
  readonly options: SystemOptions;
  /** Registers how to stop what has just started. */
  readonly onStop: Stops['add'];
}

async function startParts(starting: Starting) {
  const { config, options, onStop } = starting;
  const folder = await openDataFolder(config.dataDir);
  onStop(async () => folder.close());
  options.onProgress?.({ part: 'data folder', state: 'ready', detail: folder.path });
  const linkSecret = config.linkSecret ?? keptSecret(folder);
  const keys = keysFrom(config.addressKey ?? linkSecret);
  const [database, temporal] = await both(startDatabase(starting, folder, keys), startTemporal(starting, folder));
  const inbox = await startInboxIfNeeded(starting, folder);
  const system = {
    folder,
    databaseUrl: database.url,
    linkSecret,
    keys,
    temporal,
    inbox,
    smtpUrl: config.smtpUrl ?? inbox?.smtpUrl,
  };
  const addresses: Addresses = {
    databaseUrl: system.databaseUrl,
    smtpUrl: system.smtpUrl,
    inboxSmtpUrl: inbox?.smtpUrl,
    inboxUrl: inbox?.url,
    temporal: temporal && { address: temporal.address, namespace: temporal.namespace },
  };
  announce(folder, addresses);
  onStop(async () => withdraw(folder));
  return { ...system, addresses, parts: { PostgreSQL: database.ended, Temporal: temporal?.ended } };
}

/** Waits for both even if one fails, so that whatever starts is known and can be stopped. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

async function startDatabase(
  { config, options, onStop }: Starting,
  folder: DataFolder,
  keys: StoreKeys,
): Promise<Database> {
  options.onProgress?.({ part: 'PostgreSQL', state: 'starting' });
  const database = await openDatabase({ config, folder, survivesPowerLoss: options.survivesPowerLoss ?? true });
  onStop(() => database.stop());
  await prepareDatabase(database.url, keys);
  options.onProgress?.({ part: 'PostgreSQL', state: 'ready', detail: withoutPassword(database.url) });
  return database;
}

async function startTemporal({ config, options, onStop }: Starting, folder: DataFolder): Promise<Temporal | undefined> {
  const { onProgress, environment = process.env, without } = options;
  if (without?.includes('Temporal')) return undefined;
  const onTry = (detail: string) => onProgress?.({ part: 'Temporal', state: 'starting', detail });
  const { connectTemporal } = temporalPart();
  const temporal = await connectTemporal({ config, folder, environment, onTry });
  onStop(() => temporal.stop());
  onProgress?.({ part: 'Temporal', state: 'ready', detail: temporal.address });
  return temporal;
}

/** Whoever reads the inbox reads the signed links in its mails: it asks for no key, so nobody beyond this machine reaches it. */
const LOOPBACK = '127.0.0.1';

async function startInboxIfNeeded(
  { config, options, onStop }: Starting,
  folder: DataFolder,
): Promise<Inbox | undefined> {
  const { onProgress, without, isInboxWanted = config.smtpUrl === undefined } = options;
  if (without?.includes('inbox') || !isInboxWanted) return undefined;
  const { smtpPort, inboxPort: pagePort } = config;
  const { startInbox } = inboxPart();
  const inbox = await startInbox({ folder: folder.file('inbox'), host: LOOPBACK, smtpPort, pagePort });
  onStop(() => inbox.stop());
  onProgress?.({ part: 'inbox', state: 'ready', detail: inbox.url });
  return inbox;
}

/** Resolves with the first part that ends while nobody is stopping the system; never, if none does. */
function firstFailure(
  parts: { readonly [part: string]: Promise<void> | undefined },
  isStopping: () => boolean,
): Promise<ViveiroError> {
  return new Promise((resolve) => {
    for (const [part, ended] of Object.entries(parts))
      ended?.then(() => {
        if (!isStopping()) resolve(failure('VIV_PART_ENDED', { part }));
      });
  });
}
