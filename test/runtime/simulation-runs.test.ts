import path from 'node:path';
import { scriptSchema } from '../../src/domain/rehearsal/script';
import { madeUp, type Population } from '../../src/domain/simulation/population';
import { loadRules } from '../../src/runtime/rules';
import type * as Runs from '../../src/runtime/simulation-runs';
import { sampleProfiles } from '../../src/sample/profiles';
import { shippedSequence } from '../content/shipped';
import { MONDAY } from '../support/builders';
import { bringBuildUpToDate, DIST } from '../support/built';

const RULES = path.resolve(__dirname, '../../sequences/rules');
const profiles = sampleProfiles({ count: 40, seed: 1, now: MONDAY });
const offer = 'course';

beforeAll(() => bringBuildUpToDate());

const newcomers = async () => {
  const { lifecycle } = await loadRules(RULES);
  const person = { seed: 1, at: MONDAY, domain: 'example.test', offer, audience: 'lead', lifecycle } as const;
  return profiles.map((profile, number) =>
    madeUp({ ...person, profile, number, quiet: { forMs: 0, status: 'active' } }),
  );
};

test.each<[string, () => Promise<Population>]>([
  ['made-up people', async () => ({ type: 'made-up', profiles, count: 60, offer })],
  ['people of a list', async () => ({ type: 'listed', profiles, offer })],
  ['contacts on record', async () => ({ type: 'real', newcomers: await newcomers() })],
])('runs of %s come to the same in threads as one after the other', async (_, population) => {
  // the build, as a thread of its own runs it; typed by its source
  const { simulateEach } = require(path.join(DIST, 'runtime/simulation-runs.js')) as typeof Runs;
  let timesTaken = 0;
  const common = {
    rules: await loadRules(RULES),
    sequence: await shippedSequence('course-nurture'),
    others: [],
    population: await population(),
    resources: { handoffsPerDay: 2 },
    startsAt: MONDAY,
    get days() {
      timesTaken += 1;
      return 20;
    },
  };
  const models = [1, 2, 3].map((seed) => ({ script: scriptSchema.parse({ seed }) }));
  const inThreads = await simulateEach(common, models, { threads: 2 });
  expect(timesTaken).toBe(2); // by each thread, and by no run in this one
  expect(inThreads).toEqual(await simulateEach(common, models));
  expect(new Set(inThreads.map(({ clicks, mails }) => `${clicks} ${mails}`)).size).toBeGreaterThan(1);
});

test('a failure in a thread is told as it is told without threads', async () => {
  const { simulateEach } = require(path.join(DIST, 'runtime/simulation-runs.js')) as typeof Runs;
  const common = {
    rules: await loadRules(RULES),
    sequence: await shippedSequence('course-nurture'),
    others: [],
    population: { type: 'made-up', profiles: [], count: 1, offer } as const, // nobody to be like
    resources: {},
    startsAt: MONDAY,
    days: 2,
  };
  const models = [1, 2].map((seed) => ({ script: scriptSchema.parse({ seed }) }));
  await expect(simulateEach(common, models, { threads: 2 })).rejects.toThrow('needs at least one profile');
});
