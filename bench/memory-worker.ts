// A worker in a process of its own, so that what it holds and spends is its own. Asked for `measure` and `stop` by its parent.
import { Worker } from '@temporalio/worker';
import { readConfig } from '../src/runtime/config';
import { loadContent } from '../src/runtime/content';
import { startEngine } from '../src/runtime/engine';
import { freePort } from '../src/runtime/free-port';
import { connectTo, installRuntime } from '../src/runtime/temporal/connect';

/** What the parent says, in BENCH_WORKER. */
export interface WorkerOrder {
  readonly kind: 'journeys' | 'bare';
  /** The bare workflows as one file. Absent for journeys: theirs is part of the build. */
  readonly bundle?: string;
  readonly databaseUrl: string;
  readonly temporal: string;
  readonly taskQueue: string;
  readonly smtpUrl: string;
  readonly maxCachedWorkflows: number;
}

export interface Measured {
  /** Resident memory after a collection. */
  readonly rssBytes: number;
  /** Processor time of all threads since the start. */
  readonly cpuMs: number;
  /** Workflows in its cache. */
  readonly cached: number;
}

async function main(): Promise<void> {
  const order: WorkerOrder = JSON.parse(process.env.BENCH_WORKER ?? '{}');
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  installRuntime({ metricsAddress });
  const temporal = await connectTo({ address: order.temporal }, 'default');
  const worker = await (order.kind === 'journeys' ? startJourneys : startBare)(order, temporal);
  process.on('message', (message) => {
    if (message === 'measure') void measured(metricsAddress).then((figures) => process.send?.(figures));
    else
      void worker
        .stop()
        .then(() => temporal.close())
        .then(() => process.exit(0));
  });
  process.send?.('ready');
}

type Connected = Awaited<ReturnType<typeof connectTo>>;

async function startJourneys(order: WorkerOrder, temporal: Connected) {
  const { rules, templates } = await loadContent(readConfig({}));
  const { databaseUrl, taskQueue, maxCachedWorkflows, smtpUrl } = order;
  const mail = {
    smtpUrl,
    from: 'a@example.test',
    postalAddress: 'Here',
    publicUrl: 'http://x',
    linkSecret: 'x'.repeat(32),
  };
  return startEngine({ databaseUrl, temporal, taskQueue, rules, templates, mail, maxCachedWorkflows });
}

async function startBare({ taskQueue, maxCachedWorkflows, bundle = '' }: WorkerOrder, temporal: Connected) {
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: bundle },
    maxCachedWorkflows,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const running = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await running;
    },
  };
}

async function measured(metricsAddress: string): Promise<Measured> {
  for (let n = 0; n < 4; n += 1) global.gc?.();
  const { user, system } = process.cpuUsage();
  const cached = await cachedWorkflows(metricsAddress);
  return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000, cached };
}

/** By the SDK's own gauge, over all task queues of the worker. */
async function cachedWorkflows(metricsAddress: string): Promise<number> {
  const text = await (await fetch(`http://${metricsAddress}/metrics`)).text();
  const gauges = [...text.matchAll(/^temporal_sticky_cache_size\{.*\} (\d+)$/gm)];
  return gauges.reduce((sum, [, value]) => sum + Number(value), 0);
}

void main();
