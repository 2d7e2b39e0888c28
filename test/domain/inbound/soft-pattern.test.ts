import fc from 'fast-check';
import { DEFAULT_INBOUND } from '../../../src/domain/inbound/rules';
import { type MailPast, softPattern } from '../../../src/domain/inbound/soft-pattern';
import { DAY, MONDAY } from '../../support/builders';

const RULES = DEFAULT_INBOUND.soft;
const NOW = MONDAY + 30 * DAY;
const past = (parts: Partial<MailPast>): MailPast => ({ bounces: [], accepted: [], troubled: [], signs: [], ...parts });
const bouncedOn = (...days: readonly number[]) =>
  days.map((day, index) => ({ sendId: `send-${index}`, at: NOW - day * DAY }));

test.each([
  ['five in two weeks', past({ bounces: bouncedOn(0, 1, 2, 3, 4) }), { count: 5, suppresses: true }],
  ['four in two weeks', past({ bounces: bouncedOn(0, 1, 2, 3) }), { count: 4, suppresses: false }],
  ['five in a month', past({ bounces: bouncedOn(0, 1, 2, 20, 25) }), { count: 3, suppresses: false }],
  [
    'a click between',
    past({ bounces: bouncedOn(0, 1, 5, 6, 7), signs: [NOW - 3 * DAY] }),
    { count: 2, suppresses: false },
  ],
  [
    'a mail between of which no bounce came',
    past({ bounces: bouncedOn(0, 1, 5, 6, 7), accepted: [{ sendId: 'good', at: NOW - 4 * DAY }] }),
    { count: 2, suppresses: false },
  ],
  [
    'a mail of yesterday, of which a bounce may still come',
    past({ bounces: bouncedOn(0, 2, 3, 4, 5), accepted: [{ sendId: 'young', at: NOW - DAY }] }),
    { count: 5, suppresses: true },
  ],
  [
    'a mail between that was in trouble of another kind',
    past({ bounces: bouncedOn(0, 1, 5, 6, 7), accepted: [{ sendId: 'late', at: NOW - 4 * DAY }], troubled: ['late'] }),
    { count: 5, suppresses: true },
  ],
  [
    'the same mail five times',
    past({ bounces: bouncedOn(0, 1, 2, 3, 4).map(({ at }) => ({ sendId: 'one', at })) }),
    { count: 1, suppresses: false },
  ],
])('%s', (_name, mails, expected) => {
  expect(softPattern(RULES, mails, NOW)).toEqual(expected);
});

// INV-SOFT-PATTERN
test('suppresses only after the declared number of mails, within the declared time, with none delivered between', () => {
  const day = fc.integer({ min: 0, max: 40 });
  const mail = fc.record({ sendId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), day });
  const mails = fc
    .array(mail, { maxLength: 12 })
    .map((all) => all.map(({ sendId, day: ago }) => ({ sendId, at: NOW - ago * DAY })));
  fc.assert(
    fc.property(mails, mails, fc.array(day, { maxLength: 3 }), (bounces, accepted, signs) => {
      const signsAt = signs.map((ago) => NOW - ago * DAY);
      const troubled = bounces.map(({ sendId }) => sendId);
      const { count, suppresses } = softPattern(RULES, { bounces, accepted, troubled, signs: signsAt }, NOW);
      const recent = bounces.filter(({ at }) => at >= NOW - RULES.within && signsAt.every((sign) => sign < at));
      expect(count).toBeLessThanOrEqual(new Set(recent.map(({ sendId }) => sendId)).size);
      expect(suppresses).toBe(count >= RULES.suppressAfter);
    }),
  );
});
