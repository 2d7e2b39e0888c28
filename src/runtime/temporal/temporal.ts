import { ensureSearchAttributes } from '../../worker/search-attributes';
import type { Config, Environment } from '../config';
import type { DataFolder } from '../data-folder';
import { connectTo, type TemporalConnection, temporalSettings } from './connect';
import { findTemporal, temporalSources } from './find';
import { startTemporalServer, type TemporalServer } from './server';

/** Temporal, ours or another's: who uses it need not know which. */
export interface Temporal extends Omit<TemporalConnection, 'close'> {
  /** Of the embedded server: resolves when it has ended, however. */
  readonly ended: Promise<void> | undefined;
  stop(): Promise<void>;
}

export interface TemporalDeps {
  readonly config: Config;
  readonly folder: DataFolder;
  /** With the standard TEMPORAL_* variables. */
  readonly environment: Environment;
  /** Hears which way to the server's program is tried. */
  readonly onTry?: (name: string) => void;
}

/** A server of ours takes connections a moment before it is healthy: longer on a busy machine. */
const HEALTHY_WITHIN_MS = 30_000;

/**
 * Connects to the server that TEMPORAL_* or the TOML profile name, else starts the embedded one. Throws VIV_TEMPORAL_MISSING,
 * VIV_TEMPORAL_FAILED, VIV_TEMPORAL_UNREACHABLE, VIV_SEARCH_ATTRIBUTES, VIV_PORT_IN_USE and VIV_CONFIG_INVALID.
 */
export async function connectTemporal(deps: TemporalDeps): Promise<Temporal> {
  const external = await connectExternal(deps.environment);
  if (external) return external;
  const { namespace } = temporalSettings(deps.environment);
  const server = await startEmbedded(deps, namespace);
  try {
    const connected = await connectTo({ address: server.address }, namespace, HEALTHY_WITHIN_MS);
    await ensureSearchAttributes(connected.connection, namespace);
    const stop = async () => {
      await connected.close();
      await server.stop();
    };
    return { ...connected, ended: server.ended, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * Connects to the server that the settings name, else to the given one; undefined: neither is there. Throws as `connectTemporal`
 * does.
 */
export async function connectExternal(
  environment: Environment,
  given?: { readonly address: string; readonly namespace: string },
): Promise<Temporal | undefined> {
  const named = temporalSettings(environment);
  const options = named.options ?? (given && { address: given.address });
  if (!options) return undefined;
  const namespace = options === named.options ? named.namespace : (given?.namespace ?? named.namespace);
  const external = await connectTo(options, namespace);
  try {
    await ensureSearchAttributes(external.connection, namespace);
    return { ...external, ended: undefined, stop: () => external.close() };
  } catch (error) {
    await external.close();
    throw error;
  }
}

async function startEmbedded({ config, folder, onTry }: TemporalDeps, namespace: string): Promise<TemporalServer> {
  return startTemporalServer({
    program: await findTemporal(temporalSources(config.cacheDir), onTry),
    namespace,
    port: config.temporalPort,
    logFile: folder.file('temporal.log'),
    storage: { database: folder.file('temporal.db'), pidFile: folder.file('temporal.pid') },
  });
}
