import type { Client } from '@temporalio/client';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { newId } from '../src/domain/ids';
import type { bare } from './workflows';

/** Activities that do nothing, with inputs and answers of the real ones' size. */
export interface BareActivities {
  send(request: { readonly journeyId: string }): Promise<{ readonly turn: number; readonly stepId: string }>;
  decide(request: { readonly journeyId: string }): Promise<{ readonly turn: number; readonly stepId: string }>;
}

const nothing = async () => ({ turn: 1, stepId: 'none' });

export interface BareRunner {
  /** Runs `count` bare workflows at once, to their ends. */
  run(count: number): Promise<void>;
  historyEvents(): Promise<number>;
  stop(): Promise<void>;
}

/** A worker for bare workflows on a task queue whose workflows skip time. */
export async function startBare(o: {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly taskQueue: string;
}): Promise<BareRunner> {
  const { client, connection, taskQueue } = o;
  const activities: BareActivities = { send: nothing, decide: nothing };
  const worker = await Worker.create({
    connection,
    taskQueue,
    activities,
    workflowsPath: require.resolve('./workflows'),
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const running = worker.run();
  const start = () => {
    const workflowId = newId();
    return client.workflow.start<typeof bare>('bare', { workflowId, taskQueue, args: [workflowId] });
  };
  return {
    async run(count) {
      const handles = await Promise.all(Array.from({ length: count }, start));
      await Promise.all(handles.map((handle) => handle.result()));
    },
    async historyEvents() {
      const handle = await start();
      await handle.result();
      return (await handle.fetchHistory()).events?.length ?? 0;
    },
    async stop() {
      worker.shutdown();
      await running;
    },
  };
}
