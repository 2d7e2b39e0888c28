import type { FactEvent } from '../../../src/domain/facts';
import { scriptSchema } from '../../../src/domain/rehearsal/script';
import type { Rules } from '../../../src/domain/rules';
import { behaviourOf } from '../../../src/domain/simulation/model';
import type { Observer } from '../../../src/domain/simulation/observer';
import { madeUp, profileOf } from '../../../src/domain/simulation/population';
import { Simulation } from '../../../src/domain/simulation/simulation';
import { sampleProfiles } from '../../../src/sample/profiles';
import { shippedRules } from '../../content/shipped';
import { aDefinition, DAY, MONDAY } from '../../support/builders';

const PEOPLE = 100;
/** By chance some have more on their minds on one day than on another; one thing kept for each mail would be far more. */
const MOST_GROWTH = 0.05;

/** A newsletter without an end: nobody leaves it, so the same people are under way on every day. */
const newsletter = aDefinition({
  sequence: 'newsletter',
  exits: [{ name: 'gone', on: 'crm.closed' }],
  steps: [
    { id: 'letter', type: 'mail', template: 'letter' },
    { id: 'sign', type: 'waitFor', event: ['mail.clicked', 'call.requested'], timeout: '2d' },
    { id: 'often', type: 'checkpoint', when: { did: 'mail.clicked', within: '30d', atLeast: 2 } },
    { id: 'morning', type: 'wait', until: { time: '09:00', weekday: ['mon', 'thu'] }, next: 'letter' },
  ],
});

let rules: Rules;
beforeAll(async () => {
  rules = await shippedRules();
});

/** Everything that can be reached from `root`: objects, and places in lists and maps. It counts the same on every machine. */
function sizeOf(root: object): number {
  const seen = new Set<object>([root]);
  let places = 0;
  for (const one of seen) {
    const held = one instanceof Map ? [...one].flat() : one instanceof Set ? [...one] : Object.values(one);
    places += held.length;
    for (const value of held) if (value !== null && ['object', 'function'].includes(typeof value)) seen.add(value);
  }
  return seen.size + places;
}

/** What the simulation holds after so many days, and how many mails had been sent by then. */
function heldAfter(days: readonly number[], observer: Observer = {}) {
  let mails = 0;
  const counting: Observer = { ...observer, sent: () => (mails += 1) };
  const script = scriptSchema.parse({ personas: { asks_for_call: 1 } });
  const sequences = new Map([[newsletter.sequence, newsletter]]);
  const profiles = sampleProfiles({ count: 100, seed: 1, now: MONDAY });
  const simulation = new Simulation({ rules, sequences, behaviour: behaviourOf({ script }), observer: counting });
  const { lifecycle } = rules;
  const quiet = { forMs: DAY, status: 'active' } as const;
  const about = { domain: 'example.test', seed: 1, offer: 'course', audience: 'lead', lifecycle, quiet } as const;
  for (let number = 0; number < PEOPLE; number += 1) {
    const profile = profileOf(profiles, 1, number);
    simulation.add(() => madeUp({ ...about, profile, number, at: MONDAY }), { sequence: 'newsletter', at: MONDAY });
  }
  return days.map((day) => {
    simulation.run(MONDAY + day * DAY);
    return { size: sizeOf(simulation), mails };
  });
}

/** How much more is held on the last of the days than on the first, as a share of that. */
function growth(held: ReturnType<typeof heldAfter>): number {
  const [first, last] = [held[0]?.size ?? Number.NaN, held.at(-1)?.size ?? Number.NaN];
  return last / first - 1;
}

describe('what a simulation holds', () => {
  test('does not grow with its days: the same people take as much room after 30, 180 and 720', () => {
    const held = heldAfter([30, 180, 720]);
    const [month, , years] = held.map(({ mails }) => mails);
    expect(years).toBeGreaterThan(15 * (month ?? 0));
    expect(growth(held.slice(0, 2))).toBeLessThan(MOST_GROWTH);
    expect(growth(held)).toBeLessThan(MOST_GROWTH);
  });

  test('would be seen to grow if somebody kept one thing for each click', () => {
    const kept: FactEvent[] = [];
    const leaky = {
      kept,
      happened: (_: unknown, event: FactEvent) => event.type === 'mail.clicked' && kept.push(event),
    };
    expect(growth(heldAfter([30, 180, 720], leaky))).toBeGreaterThan(0.5);
  });
});
