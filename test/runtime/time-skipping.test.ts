import { randomUUID } from 'node:crypto';
import { canSkipTime, withTimeSkipping } from '../../src/runtime/temporal/time-skipping';
import { testTemporal } from '../support/temporal';

const temporal = testTemporal();

test('the embedded server can skip time', async () => {
  expect(await canSkipTime(temporal.connection, temporal.namespace)).toBe(true);
});

test('only workflows that are picked skip time', async () => {
  withTimeSkipping(temporal.connection, ({ taskQueue }) => taskQueue?.name === 'rehearsal');
  const isSkipping = async (taskQueue: string) => {
    const handle = await temporal.client.workflow.start('nothing', { workflowId: randomUUID(), taskQueue });
    const { raw } = await handle.describe();
    await handle.terminate();
    return raw.workflowExtendedInfo?.timeSkippingInfo?.effectiveConfig?.enabled ?? false;
  };
  expect([await isSkipping('rehearsal'), await isSkipping('live')]).toEqual([true, false]);
});
