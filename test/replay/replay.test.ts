import { bundleWorkflowCode, DefaultLogger, type ReplayResult, Runtime, Worker } from '@temporalio/worker';
import { bundling } from '../../src/worker/bundling';
import { isRecorded, type Recorded, readRecorded, recordedNames, sizeOf, writeRecorded } from './corpus';
import { SCENARIOS } from './scenarios';

const MOST_BYTES = 50_000;
const logger = new DefaultLogger('ERROR');
beforeAll(() => void Runtime.install({ logger })); // each replayed run would say six times how its worker is
const NAMES = recordedNames();

const bundled = new Map<string, ReturnType<typeof bundleWorkflowCode>>();

/** Replays recorded runs on the bundle of a folder of workflows, all in one worker. Answers what came of each. */
async function replayed(folder: string, names: readonly string[], change = (recorded: Recorded) => recorded) {
  const made = bundled.get(folder) ?? bundleWorkflowCode({ ...bundling(require.resolve(folder)), logger });
  bundled.set(folder, made);
  const workflowBundle = await made;
  const histories = (async function* () {
    for (const name of names) yield change(readRecorded(name));
  })();
  const results: ReplayResult[] = [];
  for await (const result of Worker.runReplayHistories({ workflowBundle }, histories)) results.push(result);
  return results;
}

const problemsOf = (results: readonly ReplayResult[]) =>
  results.flatMap(({ workflowId, error }) => (error ? [`${workflowId}: ${error.message}`] : []));
const journeys = NAMES.filter((name) => name.startsWith('journey/'));

test('the corpus holds every scenario, and no run that nobody can record again', () => {
  const wanted = SCENARIOS.flatMap(({ files }) => files);
  expect(NAMES.length).toBeGreaterThan(0);
  expect(wanted.filter((name) => !isRecorded(name))).toEqual([]);
  expect(NAMES.filter((name) => !wanted.includes(name))).toEqual([]);
});

test('a recorded run is not written over', () => {
  const [name = ''] = NAMES;
  const before = readRecorded(name);
  expect(() => writeRecorded(name, { workflowId: 'x', history: {} })).toThrow(`-- --replace ${name}`);
  expect(readRecorded(name)).toEqual(before);
});

test('every recorded run is small', () => {
  expect(NAMES.filter((name) => sizeOf(name) > MOST_BYTES)).toEqual([]);
});

// INV-REPLAY
test('every recorded run replays on the workflows as they are', async () => {
  const results = await replayed('../../src/workflows', NAMES);
  expect(problemsOf(results)).toEqual([]);
  expect(results).toHaveLength(NAMES.length);
}, 180_000);

test('with one activity more in the journey none of its runs replays: the test above can fail', async () => {
  const results = await replayed('./mutated', journeys);
  expect(results).toHaveLength(journeys.length);
  expect(problemsOf(results)).toHaveLength(journeys.length);
}, 180_000);

test('a run whose activity has another name does not replay on the workflows as they are', async () => {
  const renamed = ({ workflowId, history }: Recorded): Recorded => ({
    workflowId,
    history: JSON.parse(JSON.stringify(history).replaceAll('"sendMail"', '"sendLetter"')),
  });
  const results = await replayed('../../src/workflows', ['journey/mail-skipped'], renamed);
  expect(problemsOf(results)).toHaveLength(1);
}, 180_000);
