import { type Step, stepSchema } from '../../src/domain/steps';
import type { Situation } from '../../src/domain/steps/handler';
import { JOURNEY_ID, MONDAY, someFacts, someRules } from './builders';

/** Id of the visit that `arrived` is. */
export const VISIT_KEY = '0193b6a0-0000-5000-8000-0000000000ff';

/** A valid step named `here`. */
export const aStep = (input: object): Step => stepSchema.parse({ id: 'here', ...input });

/** A lead that has just come to its step, on Monday. */
export const arrived: Situation = {
  phase: { type: 'arrived' },
  facts: someFacts(),
  now: MONDAY,
  seen: { horizon: 0, used: [] },
  journeyId: JOURNEY_ID,
  key: VISIT_KEY,
  visit: 1,
  used: {},
  sequence: 'test',
  calendars: someRules.calendars,
};

export const waitingUntil = (until: number | null, more: Partial<Situation> = {}): Situation => ({
  ...arrived,
  phase: { type: 'waiting', until, since: MONDAY },
  ...more,
});

export const settled = (outcome: Extract<Situation['phase'], { type: 'settled' }>['outcome']): Situation => ({
  ...arrived,
  phase: { type: 'settled', outcome },
});
