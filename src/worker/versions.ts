import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { failure } from '../domain/errors';
import { refusalOf } from './refusal';
import type { WorkerVersion } from './worker';

export interface Deployment {
  readonly connection: Connection;
  readonly namespace: string;
  readonly deployment: string;
}

/** One build of the worker's code, as the server knows it. */
export interface ListedVersion {
  readonly buildId: string;
  /** `current` takes what begins; `draining` still has journeys; `drained` has none; `inactive` was never current. */
  readonly status: 'current' | 'ramping' | 'draining' | 'drained' | 'inactive' | 'unknown';
  /** Workflows that run on it. The server counts with some seconds of delay. */
  readonly running: number;
}

/**
 * Makes a build the one that takes what begins, and what continues as new. Its worker must have been seen by the server: throws
 * VIV_WORKER_VERSION. Null: the unversioned worker, as before the first promotion. Resolves when every task queue knows: until then a journey that wakes may still go on with the build before.
 * False: some do not know yet, and hear of it later.
 */
export async function promote(o: Deployment, buildId: string | null, patienceMs = TELLING_MS): Promise<boolean> {
  const { connection, namespace, deployment } = o;
  const refusal = await refusalOf(() =>
    connection.workflowService.setWorkerDeploymentCurrentVersion({
      namespace,
      deploymentName: deployment,
      buildId: buildId ?? '',
      identity: 'viveiro worker promote',
    }),
  );
  if (refusal)
    throw failure(
      'VIV_WORKER_VERSION',
      { buildId: buildId ?? 'unversioned', deployment, problem: refusal.details },
      refusal,
    );
  const end = performance.now() + patienceMs;
  while (await isBeingTold(o)) {
    if (performance.now() > end) return false;
    await sleep(50);
  }
  return true;
}

/** The server tells its task queues one by one, as a rule within a second. */
const TELLING_MS = 30_000;

async function isBeingTold({ connection, namespace, deployment }: Deployment): Promise<boolean> {
  const { workerDeploymentInfo: info } = await connection.workflowService.describeWorkerDeployment({
    namespace,
    deploymentName: deployment,
  });
  return info?.routingConfigUpdateState === Telling.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS;
}

const { WorkerDeploymentVersionStatus: Status, RoutingConfigUpdateState: Telling } = temporal.api.enums.v1;
const STATUSES: { readonly [status: number]: ListedVersion['status'] } = {
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT]: 'current',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING]: 'ramping',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING]: 'draining',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED]: 'drained',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_INACTIVE]: 'inactive',
};

/** All builds of a deployment, the newest first; none: no versioned worker has run. */
export async function listVersions({
  connection,
  namespace,
  deployment,
}: Deployment): Promise<readonly ListedVersion[]> {
  const { workflowService } = connection;
  const described: temporal.api.deployment.v1.IWorkerDeploymentInfo[] = [];
  const refusal = await refusalOf(async () => {
    const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment({
      namespace,
      deploymentName: deployment,
    });
    if (workerDeploymentInfo) described.push(workerDeploymentInfo);
  });
  if (refusal && refusal.code !== NOT_FOUND) throw refusal;
  const versions = described.flatMap(({ versionSummaries }) => versionSummaries ?? []);
  return Promise.all(
    versions.map(async ({ deploymentVersion, status }) => {
      const buildId = deploymentVersion?.buildId ?? '';
      return { buildId, status: STATUSES[status ?? 0] ?? 'unknown', running: await runningOn({ deployment, buildId }) };
    }),
  );

  async function runningOn(version: WorkerVersion): Promise<number> {
    const name = `${version.deployment}:${version.buildId}`;
    const query = `TemporalWorkerDeploymentVersion = '${name}' AND ExecutionStatus = 'Running'`;
    const { count } = await workflowService.countWorkflowExecutions({ namespace, query });
    return Number(count);
  }
}

const NOT_FOUND = 5; // gRPC
