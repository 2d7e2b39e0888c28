import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const logger = new DefaultLogger('ERROR');
/** Temporal's own: anything more costs memory in every cached workflow, or cannot run in its sandbox at all. */
const OWN = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];

async function packagesIn(folder: string): Promise<readonly string[]> {
  const { code } = await bundleWorkflowCode({ workflowsPath: require.resolve(folder), logger });
  const names = [...code.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

// INV-LIGHT-WORKFLOWS
test('the workflow bundle holds Temporal’s own packages and no other', async () => {
  const found = await packagesIn(path.resolve(__dirname, '../../src/workflows'));
  expect(found).toEqual(OWN);
});

test('a workflow that takes the schemas of the steps would bring them: the test above can fail', async () => {
  const found = await packagesIn(path.join(__dirname, 'heavy'));
  expect(found).toEqual([...OWN, 'zod', 'luxon', 'uuid'].sort());
});
