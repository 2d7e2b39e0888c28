import { failure } from '../domain/errors';
import { keysFrom } from '../store/keys';
import { syncReps } from '../store/reps';
import type { Deployment } from '../worker/versions';
import type { WorkerVersion } from '../worker/worker';
import { LIVE_QUEUE } from './app';
import { answerDomainsOf, type Config, type Environment } from './config';
import { loadContent } from './content';
import { existingSecret } from './data-folder';
import { type Engine, startEngine } from './engine';
import { startInboundWays } from './inbound/start';
import { outgoingOf } from './mail-accounts';
import { prepareDatabase } from './postgres/prepare';
import { runningSystem } from './running';
import { connectExternal } from './temporal/temporal';

export interface WorkerProcess extends Pick<Engine, 'finished'> {
  readonly taskQueue: string;
  stop(): Promise<void>;
}

export interface WorkerProcessOptions {
  /** None: unversioned, as the worker of `viveiro start` is. */
  readonly version?: WorkerVersion;
  /** `journeys`, and names of lanes; none: all. */
  readonly queues?: readonly string[];
  /** Hears of a mailbox that cannot be read. */
  readonly onProblem?: (problem: unknown) => void;
}

/**
 * Starts a worker and an outbox on servers that others use too: those of the settings, else of the system that runs on the data
 * folder. Throws VIV_CONFIG_INVALID for what neither names.
 */
export async function startWorkerProcess(
  config: Config,
  environment: Environment,
  options: WorkerProcessOptions,
): Promise<WorkerProcess> {
  const content = await loadContent(config); // first: bad files are told before anything starts
  const outgoing = outgoingOf(config, content.rules.delivery, environment);
  const { databaseUrl, ...mail } = settingsOf(config, { isRelayNeeded: outgoing.accounts === undefined });
  const temporal = await temporalOf(config, environment);
  try {
    await prepareDatabase(databaseUrl, keysFrom(config.addressKey ?? mail.linkSecret));
    const { rules, templates } = content;
    const engine = await startEngine({
      databaseUrl,
      temporal,
      taskQueue: LIVE_QUEUE,
      rules,
      templates,
      mail: {
        ...mail,
        ...outgoing,
        from: config.mailFrom,
        postalAddress: config.postalAddress,
        addressKey: config.addressKey,
        answerDomains: answerDomainsOf(config),
      },
      ...options,
    });
    await syncReps(engine.db, rules.routing);
    const { db, turn } = engine;
    const intake = { db, turn, linkSecret: mail.linkSecret };
    const inbound = await startInboundWays(config, { intake, ways: { port: false }, onProblem: options.onProblem });
    const stop = async () => {
      await inbound.stop();
      await engine.stop();
      await temporal.stop();
    };
    return { finished: engine.finished, taskQueue: LIVE_QUEUE, stop };
  } catch (error) {
    await temporal.stop();
    throw error;
  }
}

/** Runs `work` on the Temporal server that workers of these settings use, and disconnects. */
export async function withDeployment<T>(
  o: { readonly config: Config; readonly environment: Environment; readonly deployment: string },
  work: (deployment: Deployment) => Promise<T>,
): Promise<T> {
  const temporal = await temporalOf(o.config, o.environment);
  try {
    return await work({ connection: temporal.connection, namespace: temporal.namespace, deployment: o.deployment });
  } finally {
    await temporal.stop();
  }
}

/** What a worker shares with the process that serves the API: the same links must be valid in both. */
function settingsOf(config: Config, { isRelayNeeded }: { readonly isRelayNeeded: boolean }) {
  const running = runningSystem(config.dataDir);
  const { databaseUrl = running?.databaseUrl, smtpUrl = running?.smtpUrl, publicUrl = running?.publicUrl } = config;
  const linkSecret = config.linkSecret ?? (running ? existingSecret(config.dataDir) : undefined);
  return {
    databaseUrl: needed('VIVEIRO_DATABASE_URL', databaseUrl),
    smtpUrl: isRelayNeeded ? needed('VIVEIRO_SMTP_URL', smtpUrl) : '',
    publicUrl: needed('VIVEIRO_PUBLIC_URL', publicUrl),
    linkSecret: needed('VIVEIRO_LINK_SECRET', linkSecret),
  };
}

function needed(name: string, value: string | undefined): string {
  if (value !== undefined) return value.replace(/\/$/, '');
  const problem = 'a worker needs it, and no viveiro start runs on the data folder that would tell';
  throw failure('VIV_CONFIG_INVALID', { name, problem });
}

async function temporalOf(config: Config, environment: Environment) {
  const address = runningSystem(config.dataDir)?.temporal;
  const external = await connectExternal(environment, address);
  if (external) return external;
  throw failure('VIV_CONFIG_INVALID', {
    name: 'TEMPORAL_ADDRESS',
    problem: 'a worker needs it, and no viveiro start runs on the data folder that would tell',
  });
}
