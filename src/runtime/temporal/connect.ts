import { Connection } from '@temporalio/client';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { failure } from '../../domain/errors';
import { waitUntil } from '../processes';

/** Connections to a Temporal server: one for clients, one for workers. */
export interface TemporalConnection {
  readonly connection: Connection;
  readonly nativeConnection: NativeConnection;
  readonly namespace: string;
  /** host:port */
  readonly address: string;
  close(): Promise<void>;
}

const DEFAULT_ADDRESS = 'localhost:7233'; // of every Temporal client
const NAMESPACE_LIMIT_MS = 10_000;

/**
 * What the standard TEMPORAL_* variables or the TOML profile say. `undefined` options: they name no server, at most a namespace,
 * so the embedded one is to be used. Throws VIV_CONFIG_INVALID.
 */
export function temporalSettings(environment: { readonly [name: string]: string | undefined }): {
  readonly options: ClientConnectConfig['connectionOptions'] | undefined;
  readonly namespace: string;
} {
  try {
    // an empty variable counts as none, as with our own
    const given = Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]));
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(given) });
    const namesServer = Object.values(connectionOptions).some((value) => value !== undefined);
    return { options: namesServer ? connectionOptions : undefined, namespace: namespace ?? 'default' };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw failure('VIV_CONFIG_INVALID', { name: 'TEMPORAL_*', problem }, error);
  }
}

let isInstalled = false;

/** What the SDK says of each worker that takes activities alone, as those of lanes are meant to: it has no option that tells it so. */
const MEANT = 'No workflows registered, not polling for workflow tasks';

class TroubleLogger extends DefaultLogger {
  override log(...[level, message, meta]: Parameters<DefaultLogger['log']>): void {
    if (message !== MEANT) super.log(level, message, meta);
  }
}

/**
 * Sets up Temporal's SDK, once for the process and before its first connection; later calls do nothing. Its own words are for trouble
 * alone: every start and stop of a worker would be four lines. `metricsAddress`: `127.0.0.1:9464`, where its metrics can be read in the
 * text format of Prometheus, under /metrics.
 */
export function installRuntime(o: { readonly metricsAddress?: string } = {}): void {
  if (isInstalled) return;
  isInstalled = true;
  const { metricsAddress: bindAddress } = o;
  Runtime.install({
    logger: new TroubleLogger('WARN'),
    telemetryOptions: {
      // its native part would write to standard output, into what a program reads
      logging: { forward: {} },
      ...(bindAddress === undefined ? {} : { metrics: { prometheus: { bindAddress } } }),
    },
  });
}

/**
 * Connects, and waits until the namespace answers. `patienceMs`: for a server that has just been started, and says that it is not
 * healthy yet; with none, nobody there is told at once. Throws VIV_TEMPORAL_UNREACHABLE.
 */
export async function connectTo(
  options: ClientConnectConfig['connectionOptions'],
  namespace: string,
  patienceMs = 0,
): Promise<TemporalConnection> {
  const address = options.address ?? DEFAULT_ADDRESS;
  const opened: { close(): Promise<void> }[] = [];
  installRuntime();
  try {
    // this one first: with nobody there it fails at once, the other after its deadline
    const nativeConnection = await untilItWorks(() => NativeConnection.connect({ ...options, address }), patienceMs);
    opened.push(nativeConnection);
    const connection = await Connection.connect({ ...options, address });
    opened.push(connection);
    await whenNamespaceAnswers(connection, namespace);
    return { connection, nativeConnection, namespace, address, close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened);
    const problem = error instanceof Error ? error.message : String(error);
    throw failure('VIV_TEMPORAL_UNREACHABLE', { address, namespace, problem }, error);
  }
}

/** A server takes connections a moment before its namespaces are there. */
async function whenNamespaceAnswers(connection: Connection, namespace: string): Promise<void> {
  await untilItWorks(() => connection.workflowService.describeNamespace({ namespace }), NAMESPACE_LIMIT_MS);
}

/** Tries again until the time is over, then throws the last problem. Tries once at least. */
async function untilItWorks<T>(attempt: () => Promise<T>, limitMs: number): Promise<T> {
  const tried: { outcome: PromiseSettledResult<T> | undefined } = { outcome: undefined };
  await waitUntil(async () => {
    [tried.outcome] = await Promise.allSettled([attempt()]);
    return tried.outcome?.status === 'fulfilled';
  }, limitMs);
  if (tried.outcome?.status === 'fulfilled') return tried.outcome.value;
  throw tried.outcome?.reason;
}

async function closeAll(opened: readonly { close(): Promise<void> }[]): Promise<void> {
  for (const one of [...opened].reverse()) await one.close();
}
