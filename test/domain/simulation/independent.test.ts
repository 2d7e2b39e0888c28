import fc from 'fast-check';
import { deliverySchema } from '../../../src/domain/delivery/rules';
import { scriptSchema } from '../../../src/domain/rehearsal/script';
import type { Rules } from '../../../src/domain/rules';
import { areIndependent } from '../../../src/domain/simulation/are-independent';
import { behaviourOf } from '../../../src/domain/simulation/model';
import type { Setting } from '../../../src/domain/simulation/setting';
import { type Simulated, simulate } from '../../../src/domain/simulation/simulate';
import { needsSweep } from '../../../src/domain/simulation/sweep';
import { sampleProfiles } from '../../../src/sample/profiles';
import { shippedRules, shippedSequence } from '../../content/shipped';
import { aDefinition, MONDAY } from '../../support/builders';
import { definitions, JOINED, LATER_STEPS } from '../../support/sequences';

const SEED = Number(process.env.INDEPENDENT_SEED ?? 20261130);
const CASES = Number(process.env.INDEPENDENT_CASES ?? 150);
const PEOPLE = 60;

let rules: Rules;
beforeAll(async () => {
  rules = await shippedRules();
});

const joined = aDefinition({ sequence: JOINED, steps: [{ id: 'done', type: 'end' }] });
const ending = aDefinition({ steps: [{ id: 'done', type: 'end' }] });

type Parts = Partial<Simulated> & Pick<Simulated, 'sequence'> & { readonly seed?: number };

/** What a simulation of 60 made-up people comes to. */
function counted({ seed = 1, ...parts }: Parts) {
  const profiles = sampleProfiles({ count: 30, seed: 1, now: MONDAY });
  return simulate({
    rules,
    others: [joined],
    population: { type: 'made-up', profiles, count: PEOPLE, offer: 'course' },
    model: { script: scriptSchema.parse({ seed }) },
    resources: {},
    startsAt: MONDAY,
    days: 40,
    ...parts,
  });
}

const settingOf = (parts: Partial<Setting> = {}): Setting => ({
  rules,
  sequences: new Map(),
  behaviour: behaviourOf({ script: scriptSchema.parse({}) }),
  observer: {},
  ...parts,
});

// INV-COHORTS
test(`whatever the sequence, people come to the same all at once, in cohorts, and one by one (seed ${SEED})`, () => {
  let independent = 0;
  let mails = 0;
  fc.assert(
    fc.property(
      definitions({ isForwardOnly: true, also: LATER_STEPS }),
      fc.record({ seed: fc.nat(), cohort: fc.constantFrom(1, 7, 59), arrivalsPerDay: fc.constantFrom(5, undefined) }),
      (sequence, { cohort, ...drawn }) => {
        const one = { sequence, secondLeads: { share: 0.3, offer: 'diploma' }, ...drawn };
        const together = counted({ ...one, cohort: PEOPLE });
        expect(counted({ ...one, cohort })).toEqual(together);
        mails += together.mails;
        if (!needsSweep(rules, [sequence, joined])) independent += 1;
      },
    ),
    { numRuns: CASES, seed: SEED },
  );
  expect(independent).toBeGreaterThan(CASES / 10); // a control: those were taken apart
  expect(mails).toBeGreaterThan(CASES);
});

test('the shipped course comes to the same all at once and in cohorts, with sales and everything', async () => {
  const sequence = await shippedSequence('course-nurture');
  const together = counted({ sequence, days: 90, cohort: PEOPLE });
  expect(together.handoffs).toBeGreaterThan(0);
  expect(counted({ sequence, days: 90, cohort: 7 })).toEqual(together);
});

test('where something is scarce people stay together, whatever cohort is asked for', async () => {
  const sequence = await shippedSequence('course-nurture');
  const scarce = { sequence, days: 90, resources: { mailsPerHour: 3, handoffsPerDay: 1 } };
  const together = counted({ ...scarce, cohort: PEOPLE });
  expect(together.deferrals.provider).toBeGreaterThan(0);
  expect(counted({ ...scarce, cohort: 1 })).toEqual(together);
});

test('people are independent as long as nothing is scarce, and nothing is decided for all', () => {
  expect(areIndependent(settingOf())).toBe(true);
  expect(areIndependent(settingOf({ resources: { mailsPerSecond: undefined } as object, pauses: [] }))).toBe(true);
  const unlimited = deliverySchema.parse({ shares: { random: 2 } });
  expect(areIndependent(settingOf({ rules: { ...rules, delivery: unlimited } }))).toBe(true);
});

test.each<[string, () => Partial<Setting>]>([
  ['the provider takes only so many', () => ({ resources: { mailsPerSecond: 1 } })],
  ['reps have room for only so many', () => ({ resources: { handoffsPerWeek: 4 } })],
  [
    'a domain takes only so many',
    () => ({ rules: { ...rules, delivery: deliverySchema.parse({ domains: { 'a.test': { perSecond: 1 } } }) } }),
  ],
  ['the daily sweep runs, which enters only so many a day', () => ({ isSwept: true })],
  [
    'a pause is played through, whose end is paced',
    () => ({ pauses: [{ index: 0, from: 1, to: 2, mode: 'freeze', perMinute: 60 }] as unknown as Setting['pauses'] }),
  ],
])('people are not independent when %s', (_, parts) => {
  expect(areIndependent(settingOf(parts()))).toBe(false);
});

test('progress is told in days of the whole, each once at most, and ends with the last', () => {
  const told: number[] = [];
  counted({ sequence: ending, cohort: 7, days: 40, onDay: (day) => told.push(day) });
  expect(told.at(-1)).toBe(40);
  expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b));
});
