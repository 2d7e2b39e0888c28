import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { newId } from '../../src/domain/ids';
import { waitUntil } from '../../src/runtime/processes';
import { DAY } from './builders';

const PATIENCE_MS = 20_000;

/** A namespace that nobody has asked for anything yet, once it answers. */
export async function aNamespace({ workflowService }: Connection): Promise<string> {
  const namespace = `n-${newId()}`;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(DAY) });
  const isThere = () =>
    workflowService.describeNamespace({ namespace }).then(
      () => true,
      () => false,
    );
  if (!(await waitUntil(isThere, PATIENCE_MS))) throw new Error(`namespace ${namespace} does not answer`);
  return namespace;
}
