import { Client } from '@temporalio/client';
import { failure } from '../../domain/errors';
import type { Config, Environment } from '../config';
import { runningSystem } from '../running';
import { connectTo, temporalSettings } from '../temporal/connect';

export interface OpenClient {
  readonly client: Client;
  close(): Promise<void>;
}

/**
 * Reaches the Temporal server on which journeys run: that of TEMPORAL_* or the TOML profile, else of the system that runs on the data
 * folder. Throws VIV_NO_WORKER when neither is there, and VIV_TEMPORAL_UNREACHABLE.
 */
export async function openClient(config: Config, environment: Environment): Promise<OpenClient> {
  const { options, namespace } = temporalSettings(environment);
  const running = runningSystem(config.dataDir)?.temporal;
  if (!options && !running) throw failure('VIV_NO_WORKER', { moved: 0, asked: 0 });
  const temporal = options
    ? await connectTo(options, namespace)
    : await connectTo({ address: running?.address }, running?.namespace ?? namespace);
  const { connection, close } = temporal;
  return { client: new Client({ connection, namespace: temporal.namespace }), close };
}
