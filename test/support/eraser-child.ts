// A process of its own that carries out erasures, and stands still within the nth batch of rows: it is killed there.
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createErasureActivities } from '../../src/activities/erasure';
import { createTakeTurn } from '../../src/activities/take-turn';
import { connect } from '../../src/store/db';
import { TEST_KEYS } from './keys';
import { SALES } from './sales';
import { workflowSource } from './workflow-source';

export interface EraserOrder {
  readonly databaseUrl: string;
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** It stands in the batch of this number, before that commits. */
  readonly standAt: number;
}

async function main({ databaseUrl, address, namespace, taskQueue, standAt }: EraserOrder): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const db = connect(databaseUrl, 5, TEST_KEYS);
  let batches = 0;
  const onBatch = (): Promise<never> | undefined => {
    batches += 1;
    if (batches < standAt) return undefined;
    process.stdout.write('stands\n');
    return new Promise(() => undefined); // not one more step
  };
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue,
    ...workflowSource(),
    activities: { ...createTakeTurn(db, SALES), ...createErasureActivities({ db, turn: SALES, onBatch }) },
    stickyQueueScheduleToStartTimeout: '1s',
  });
  await worker.run();
}

main(JSON.parse(process.env.ERASER_ORDER ?? '')).catch((error) => {
  process.stderr.write(`${error}\n`);
  process.exit(1);
});
