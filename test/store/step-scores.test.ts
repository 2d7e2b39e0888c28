import fc from 'fast-check';
import type { Stage } from '../../src/domain/facts';
import { newId } from '../../src/domain/ids';
import { changedFacts } from '../../src/domain/journey/changed-facts';
import type { Change } from '../../src/domain/steps/handler';
import { applyChanges } from '../../src/store/changes';
import { transaction } from '../../src/store/db';
import { readFacts } from '../../src/store/facts';
import type { JourneyRow } from '../../src/store/journeys';
import { aDefinition, DAY, HOUR, JOURNEY_ID, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { someone } from '../support/journeys';
import { aLead } from '../support/people';
import { SALES } from '../support/sales';
import { scoringRules } from '../support/scoring';

const context = testDatabase();
const scoring = scoringRules();
const DEPS = { rules: { ...SALES.rules, scoring } };

type Score = Extract<Change, { type: 'score' }>;
const aScore = (points: number, key = newId()): Score => ({
  type: 'score',
  key,
  stepId: 'praise',
  points,
  reason: 'asked at the fair',
});
const journeyOf = (who: { readonly contactId: string; readonly leadId: string | null }): JourneyRow => ({
  id: JOURNEY_ID,
  ...who,
  sequence: 'test',
  versionId: JOURNEY_ID,
  enteredAt: MONDAY,
  definition: aDefinition({ steps: [{ id: 'done', type: 'end' }] }),
});
const apply = (who: Parameters<typeof journeyOf>[0], changes: readonly Change[], now = MONDAY) =>
  transaction(context.db, (tx) => applyChanges(tx, DEPS, { journey: journeyOf(who), changes, now }));
const leadOf = (id: string) => context.db.lead.findUniqueOrThrow({ where: { id } });
const decisionsOf = async (contactId: string) => {
  const rows = await context.db.decision.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  return rows.map(({ kind, outcome, reason, journeyId }) => ({ kind, outcome, reason, journeyId }));
};

describe('a score step', () => {
  it('gives the lead points by a rule of its name, with the reason that it states', async () => {
    const who = await someone(context.db, { leads: [aLead({ interest: 8, interestAt: MONDAY - 10 * DAY })] });
    await apply(who, [aScore(6)]);
    expect(await leadOf(who.leadId)).toMatchObject({ interest: 10, interestAt: new Date(MONDAY), temperature: 'cold' });
    const [entry] = await context.db.scoreEntry.findMany({ where: { leadId: who.leadId } });
    expect(entry).toMatchObject({ kind: 'interest', rule: 'step:praise', points: 6, reason: 'asked at the fair' });
    expect(await decisionsOf(who.contactId)).toEqual([]);
  });

  it('counts once by the key of its visit', async () => {
    const who = await someone(context.db);
    const once = aScore(6);
    await apply(who, [once]);
    await apply(who, [once], MONDAY + HOUR);
    expect(await leadOf(who.leadId)).toMatchObject({ interest: 6 });
  });

  it('may make the lead hot and an MQL, with decisions of the journey', async () => {
    const who = await someone(context.db, { leads: [aLead({ stage: 'nurturing', grade: 'A' })] });
    await apply(who, [aScore(55)]);
    expect(await leadOf(who.leadId)).toMatchObject({ temperature: 'hot', stage: 'mql', mqlAt: new Date(MONDAY) });
    expect(await decisionsOf(who.contactId)).toMatchObject([
      { kind: 'score', outcome: 'hot', journeyId: JOURNEY_ID },
      { kind: 'stage', outcome: 'mql', journeyId: JOURNEY_ID },
    ]);
  });

  it.each(['won', 'lost'] as const)('does not score a lead that is %s, and says so', async (stage) => {
    const who = await someone(context.db, { leads: [aLead({ stage })] });
    await apply(who, [aScore(55)]);
    expect(await leadOf(who.leadId)).toMatchObject({ interest: 0, stage });
    expect(await decisionsOf(who.contactId)).toMatchObject([
      { kind: 'score', outcome: 'not scored', reason: `the lead is ${stage}, and is scored no more` },
    ]);
  });

  it('does not score a client, who has no lead in the journey', async () => {
    const { contactId } = await someone(context.db);
    await apply({ contactId, leadId: null }, [aScore(5)]);
    expect(await decisionsOf(contactId)).toMatchObject([
      { outcome: 'not scored', reason: 'there is no lead to score' },
    ]);
  });
});

// INV-TURN-FACTS
test('what the steps behind a score see in the same turn is what the rows say afterwards', async () => {
  const stage = fc.constantFrom<Stage>('new', 'nurturing', 'sal', 'lost');
  const points = fc
    .oneof(fc.integer({ min: -100_000, max: 100_000 }), fc.constantFrom(-1, 1, 4_000))
    .map((n) => n / 100);
  const change = fc.oneof(
    { weight: 4, arbitrary: points.filter((n) => n !== 0).map((n): Change => aScore(n)) },
    stage.map((to): Change => ({ type: 'stage', stage: to })),
    fc.constantFrom<Change>({ type: 'tags', add: ['fair', 'b'], remove: ['a'] }),
  );
  const lead = fc.record({
    stage,
    interest: fc.oneof(
      fc.constantFrom(0, 10, 0.625, 0.005, 1.005, -0.005),
      fc.double({ min: -50, max: 80, noNaN: true }),
    ),
    interestAt: fc.constantFrom(MONDAY, MONDAY - 40 * DAY, MONDAY - 3 * HOUR, MONDAY + HOUR),
    grade: fc.constantFrom('A' as const, 'D' as const),
  });
  await fc.assert(
    fc.asyncProperty(lead, fc.array(change, { minLength: 1, maxLength: 4 }), async (row, changes) => {
      // tags have the standing judged anew at the end of the turn: it begins as these rules, which have no fit, would give it
      const isTagged = changes.some(({ type }) => type === 'tags');
      const begun = isTagged ? { ...row, grade: 'D' as const, interest: 0 } : row;
      const who = await someone(context.db, { leads: [aLead(begun)] });
      const read = () =>
        transaction(context.db, (tx) => readFacts(tx, { ...who, now: MONDAY, halfLife: scoring.halfLife }));
      const before = await read();
      const inTheTurn = changes.reduce((facts, one) => changedFacts(facts, one, scoring), before);
      await apply(
        who,
        changes.map((one) => (one.type === 'score' ? { ...one, key: newId() } : one)),
      );
      expect(await read()).toEqual(inTheTurn);
    }),
    { numRuns: 200 },
  );
});
