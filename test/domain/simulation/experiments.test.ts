import { scriptSchema } from '../../../src/domain/rehearsal/script';
import type { Rules } from '../../../src/domain/rules';
import type { MeasuredTemplate } from '../../../src/domain/simulation/model';
import { needsSweep } from '../../../src/domain/simulation/sweep';
import { shippedRules } from '../../content/shipped';
import { aDefinition, HOUR } from '../../support/builders';
import { aSimulation, times } from '../../support/simulating';

let rules: Rules;
beforeAll(async () => {
  rules = await shippedRules();
});

const withWinner = (winner: object) =>
  aDefinition({
    enter: { on: 'lead.created' },
    goal: { name: 'asked', on: 'call.requested' },
    steps: [
      {
        id: 'hello',
        type: 'mail',
        variants: [
          { name: 'long', template: 'long' },
          { name: 'short', template: 'short' },
        ],
        winner: { after: 40, within: '2d', ...winner },
      },
      { id: 'wait', type: 'wait', for: '5d' },
      { id: 'done', type: 'end' },
    ],
  });

const rated = (clickRate: number, callRate = 0): MeasuredTemplate => ({
  accepted: 1000,
  clickRate,
  unsubscribeRate: 0,
  callRate,
  clickDelaysMs: [HOUR, 4 * HOUR],
});

const counted = (winner: object, { measured = CLICKED, days = 20, persona = 'engaged', ...parts }: Parts = {}) =>
  aSimulation({
    rules,
    sequence: withWinner(winner),
    people: times(600),
    arrivalsPerDay: 40,
    days,
    model: { script: scriptSchema.parse({ everyone: { persona } }), measured },
    ...parts,
  });
interface Parts {
  readonly measured?: ReadonlyMap<string, MeasuredTemplate>;
  readonly days?: number;
  readonly persona?: string;
  readonly decided?: { readonly [sequence: string]: { readonly [step: string]: string } };
}

const CLICKED = new Map([
  ['long', rated(0.6)],
  ['short', rated(0.05)],
]);

test('the variant that is clicked more wins once there are enough mails with their time, and goes to everyone from then on', () => {
  const { winners, clicks, mails } = counted({ by: 'clicks' });
  expect(winners).toEqual([{ sequence: 'test', step: 'hello', variant: 'long', day: expect.any(Number) }]);
  expect(winners[0]?.day).toBeGreaterThanOrEqual(4);
  expect(winners[0]?.day).toBeLessThanOrEqual(8);
  const open = counted({ by: 'clicks', after: 100_000 });
  expect(open.winners).toEqual([]);
  expect(clicks / mails).toBeGreaterThan((open.clicks / open.mails) * 1.3);
});

test('the goal may decide, reached in time', () => {
  const measured = new Map([
    ['long', rated(0.2, 0)],
    ['short', rated(0.2, 0.5)],
  ]);
  const rule = { by: 'goal', within: '1d' };
  expect(counted(rule, { measured, persona: 'asks_for_call' }).winners).toMatchObject([{ variant: 'short' }]);
  const tooSoon = counted({ ...rule, within: '1m' }, { measured, persona: 'asks_for_call' });
  expect(tooSoon.winners).toEqual([]);
});

test('two that are taken alike stay open', () => {
  const measured = new Map([
    ['long', rated(0.3)],
    ['short', rated(0.3)],
  ]);
  expect(counted({ by: 'clicks', confidence: 99.9 }, { measured }).winners).toEqual([]);
});

test('what is decided on record stays', () => {
  const { winners, clicks, mails } = counted({ by: 'clicks' }, { decided: { test: { hello: 'short' } } });
  expect(winners).toEqual([]);
  expect(clicks / mails).toBeLessThan(0.25);
});

test('a winner needs the sweep', () => {
  expect(needsSweep(rules, [withWinner({ by: 'clicks' })])).toBe(true);
});
