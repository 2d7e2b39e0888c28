import { type OfferedLead, REP_ANSWERS, repAnswer } from '../../../src/domain/rehearsal/rep-answer';
import { DAY, MONDAY } from '../../support/builders';

const COUNT = 2000;
const anOffer = (index: number, parts: Partial<OfferedLead> = {}): OfferedLead => ({
  email: `ana.${index}@example.test`,
  locale: 'pt-BR',
  sequence: 'nurture',
  stepId: 'sales',
  occurrence: 1,
  handoffId: `handoff ${index}`,
  offeredAt: MONDAY,
  dueAt: MONDAY + DAY,
  ...parts,
});
const all = (parts: Partial<OfferedLead> = {}, seed = 1) =>
  Array.from({ length: COUNT }, (_, index) => repAnswer(anOffer(index, parts), seed));

const shareOf = (action: string) => all().filter(([answer]) => answer?.properties.action === action).length / COUNT;

test('most leads are accepted, some given back, some rejected, some never answered', () => {
  expect(shareOf('accept')).toBeCloseTo(0.6, 1);
  expect(shareOf('recycle')).toBeCloseTo(0.22, 1);
  expect(shareOf('reject')).toBeCloseTo(0.1, 1);
  const never = all().filter((events) => events.length === 0).length / COUNT;
  expect(never).toBeGreaterThan(0.05);
  expect(never).toBeLessThan(0.11);
});

test('an answer comes within the SLA, or within the time that the escalation gives, never on the stroke', () => {
  const answers = all().flatMap(([answer]) => answer ?? []);
  const late = answers.filter(({ dueAt }) => dueAt > MONDAY + DAY);
  expect(late.length / answers.length).toBeCloseTo(0.15, 1);
  for (const { dueAt } of answers) {
    expect(dueAt).toBeGreaterThan(MONDAY);
    expect(dueAt).toBeLessThan(MONDAY + 2 * DAY);
  }
});

test('some of the accepted leads buy after the answer, nobody else does', () => {
  const bought = all().flatMap(([answer, purchase]) => (answer && purchase ? [{ answer, purchase }] : []));
  expect(bought.length / COUNT).toBeCloseTo(0.24, 1);
  for (const { answer, purchase } of bought) {
    expect(answer.properties.action).toBe('accept');
    expect(purchase.type).toBe('purchase');
    expect(purchase.dueAt).toBeGreaterThan(answer.dueAt);
  }
  expect(new Set(bought.map(({ purchase }) => purchase.properties.reference)).size).toBe(bought.length);
});

test('the same people get the same answers whatever the ids, and another occurrence or seed another one', () => {
  const told = (events: readonly (readonly { dueAt: number; properties: { [key: string]: unknown } }[])[]) =>
    events.map((one) => one.map(({ dueAt, properties: { handoffId: _, ...rest } }) => ({ dueAt, rest })));
  expect(told(all({ handoffId: 'other' }))).toEqual(told(all()));
  expect(told(all({ occurrence: 2 }))).not.toEqual(told(all()));
  expect(told(all({}, 2))).not.toEqual(told(all()));
});

test('the answer names the handoff, and a reason in the language of the lead', () => {
  const [pt, en] = ['pt-BR', 'en'].map((locale) => all({ locale }).flatMap(([answer]) => answer ?? []));
  const reasons = (answers: typeof pt) => new Set(answers?.map(({ properties }) => properties.reason));
  expect(pt?.[0]).toMatchObject({ type: REP_ANSWERS, properties: { handoffId: expect.stringContaining('handoff') } });
  expect(reasons(pt).size).toBe(9);
  expect(reasons(pt)).not.toContain('');
  expect([...reasons(en)].some((reason) => reasons(pt).has(reason))).toBe(false);
});
