import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { bundling } from '../../src/worker/bundling';

const logger = new DefaultLogger('ERROR');
/** Temporal's own: anything more costs memory in every cached workflow, or cannot run in its sandbox at all. */
const OWN = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];

const made = new Map<string, ReturnType<typeof bundleWorkflowCode>>();

/** Made once for all tests that look at it. */
function bundleOf(folder: string): ReturnType<typeof bundleWorkflowCode> {
  const known = made.get(folder) ?? bundleWorkflowCode({ ...bundling(require.resolve(folder)), logger });
  made.set(folder, known);
  return known;
}

async function packagesIn(folder: string): Promise<readonly string[]> {
  const { code } = await bundleOf(folder);
  const names = [...code.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

/** Names of what the modules of a folder's bundle that are ours keep between calls. */
async function keptIn(folder: string): Promise<readonly string[]> {
  const { code } = await bundleOf(folder);
  const [, map = ''] = /sourceMappingURL=data:.*base64,(\S+)/.exec(code) ?? [];
  const { sources, sourcesContent }: { sources: string[]; sourcesContent: string[] } = JSON.parse(
    Buffer.from(map, 'base64').toString(),
  );
  const ours = sourcesContent.filter(
    (_, index) => /\.ts$/.test(sources[index] ?? '') && !sources[index]?.includes('node_modules'),
  );
  expect(ours.length).toBeGreaterThan(0);
  const KEPT = /^(?:export )?(?:(?:let|var) (\w+)|const (\w+)\b.*= (?:new (?:Map|Set|WeakMap|WeakSet)\b|\[\]))/gm;
  return ours.flatMap((text) => [...text.matchAll(KEPT)].map(([, first, second]) => first ?? second ?? ''));
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

// INV-SHARED-WORKFLOWS
test('no module of the workflows keeps anything between calls: all workflows of a worker share it', async () => {
  expect(await keptIn(path.resolve(__dirname, '../../src/workflows'))).toEqual([]);
});

test('a workflow that counts in its module is found: the test above can fail', async () => {
  expect(await keptIn(path.join(__dirname, 'keeping'))).toEqual(['runs', 'seen']);
});
