import { failure } from '../../domain/errors';
import { type Config, type Environment, withoutPassword } from '../config';
import type { Content } from '../content';
import { existingSecret } from '../data-folder';
import { type Addresses, runningSystem } from '../running';
import { type SystemOptions, startSystem, temporalOf } from '../system';
import { connectTo, type TemporalConnection, temporalSettings } from '../temporal/connect';
import { allowRehearsals, inboxOf, type RehearsalPlatform } from './platform';

export interface OpenPlatform {
  readonly platform: RehearsalPlatform;
  /** Of the inbox that has the mails; undefined: it ends with `close`. */
  readonly inboxUrl: string | undefined;
  close(): Promise<void>;
}

export interface Opening {
  readonly config: Config;
  readonly content: Content;
  readonly environment: Environment;
  readonly onProgress?: SystemOptions['onProgress'];
}

/**
 * What rehearsals run on: the system that runs on the data folder, else one that is started for it. Throws
 * VIV_NO_TIME_SKIPPING, VIV_NO_INBOX, and what starting throws.
 */
export async function openPlatform(opening: Opening): Promise<OpenPlatform> {
  const running = runningSystem(opening.config.dataDir);
  const open = running ? await joined(opening, running) : await started(opening);
  try {
    const { connection, namespace } = open.platform.temporal;
    await allowRehearsals(connection, namespace);
    return open;
  } catch (error) {
    await open.close();
    throw error;
  }
}

async function started({ config, content, environment, onProgress }: Opening): Promise<OpenPlatform> {
  const system = await startSystem(config, { environment, isInboxWanted: true, onProgress });
  const { databaseUrl, linkSecret, inbox } = system;
  const mail = mailSettings(config, { linkSecret, publicUrl: config.publicUrl ?? inbox?.url ?? '' });
  const temporal = temporalOf(system);
  const platform = { databaseUrl, temporal, inboxSmtpUrl: inboxOf(system), mail, content };
  return { platform, inboxUrl: undefined, close: system.stop };
}

async function joined({ config, content, environment }: Opening, running: Addresses): Promise<OpenPlatform> {
  const { databaseUrl, inboxSmtpUrl, inboxUrl, publicUrl = '' } = running;
  if (!inboxSmtpUrl) throw failure('VIV_NO_INBOX', {});
  const linkSecret = config.linkSecret ?? existingSecret(config.dataDir);
  if (!linkSecret) throw failure('VIV_CONFIG_INVALID', { name: 'VIVEIRO_LINK_SECRET', problem: 'is not set' });
  const temporal = await connectLike(running, environment);
  const mail = mailSettings(config, { linkSecret, publicUrl });
  const platform = { databaseUrl, temporal, inboxSmtpUrl, mail, content };
  return { platform, inboxUrl, close: () => temporal.close() };
}

/** An external server may need keys that are not announced: then the environment says how to reach it. */
function connectLike({ temporal, databaseUrl }: Addresses, environment: Environment): Promise<TemporalConnection> {
  const { options, namespace } = temporalSettings(environment);
  if (options) return connectTo(options, namespace);
  if (!temporal)
    throw failure('VIV_TEMPORAL_FAILED', { problem: `what runs on ${withoutPassword(databaseUrl)} runs without it` });
  return connectTo({ address: temporal.address }, temporal.namespace);
}

const mailSettings = (
  { mailFrom: from, postalAddress, addressKey }: Config,
  rest: { readonly linkSecret: string; readonly publicUrl: string },
) => ({ from, postalAddress, addressKey, ...rest });
