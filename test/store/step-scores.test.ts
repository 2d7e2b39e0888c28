import fc from 'fast-check';
import type { Stage } from '../../src/domain/facts';
import { newId } from '../../src/domain/ids';
import { changedFacts } from '../../src/domain/journey/changed-facts';
import type { Change } from '../../src/domain/steps/handler';
import { applyChanges } from '../../src/store/changes';
import { transaction } from '../../src/store/db';
import { readFacts } from '../../src/store/facts';
import { ingest } from '../../src/store/ingest';
import type { JourneyRow } from '../../src/store/journeys';
import { aDefinition, DAY, HOUR, JOURNEY_ID, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, anIncoming, published, someone } from '../support/journeys';
import { aLead } from '../support/people';
import { SALES } from '../support/sales';
import { scoringRules } from '../support/scoring';

const context = testDatabase();
const scoring = scoringRules();
const DEPS = { rules: { ...SALES.rules, scoring } };
/** Fit by what steps change: attributes, tags, and what a lead has become in the turn; and by what happened. */
const judging = scoringRules({
  fit: [
    { name: 'gold', when: { fact: 'contact.attributes.plan', is: 'gold' }, points: 20 },
    { name: 'vip', when: { fact: 'contact.tags', includes: 'vip' }, points: 10 },
    { name: 'hot', when: { fact: 'lead.temperature', is: 'hot' }, points: 5 },
    { name: 'sold', when: { fact: 'lead.stage', in: ['mql', 'sal'] }, points: -15 },
    { name: 'looked', when: { did: 'page.viewed', atLeast: 2 }, points: 15 },
  ],
});
const JUDGING = { rules: { ...SALES.rules, scoring: judging } };

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
const apply = (
  who: Parameters<typeof journeyOf>[0],
  changes: readonly Change[],
  { now = MONDAY, deps = DEPS }: { readonly now?: number; readonly deps?: typeof DEPS } = {},
) => transaction(context.db, (tx) => applyChanges(tx, deps, { journey: journeyOf(who), changes, now }));
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
    await apply(who, [once], { now: MONDAY + HOUR });
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
test('what the steps behind a change see in the same turn is what the rows say afterwards', async () => {
  const stage = fc.constantFrom<Stage>('new', 'nurturing', 'sal', 'lost');
  const points = fc
    .oneof(fc.integer({ min: -100_000, max: 100_000 }), fc.constantFrom(-1, 1, 4_000))
    .map((n) => n / 100);
  const change = fc.oneof(
    { weight: 4, arbitrary: points.filter((n) => n !== 0).map((n): Change => aScore(n)) },
    stage.map((to): Change => ({ type: 'stage', stage: to })),
    fc.constantFrom<Change>(
      { type: 'tags', add: ['fair', 'b'], remove: ['a'] },
      { type: 'tags', add: ['vip'], remove: [] },
      { type: 'tags', add: [], remove: ['vip'] },
    ),
    fc.constantFrom('gold', 'tin', null).map((plan): Change => ({ type: 'attributes', set: { plan } })),
  );
  const lead = fc.record({
    stage,
    interest: fc.oneof(
      fc.constantFrom(0, 10, 0.625, 0.005, 1.005, -0.005, 45),
      fc.double({ min: -50, max: 80, noNaN: true }),
    ),
    interestAt: fc.constantFrom(MONDAY, MONDAY - 40 * DAY, MONDAY - 3 * HOUR, MONDAY + HOUR),
    grade: fc.constantFrom('A' as const, 'D' as const),
    temperature: fc.constantFrom('cold' as const, 'hot' as const),
  });
  const views = fc.integer({ min: 0, max: 3 });
  await fc.assert(
    fc.asyncProperty(lead, views, fc.array(change, { minLength: 1, maxLength: 5 }), async (row, seen, changes) => {
      const who = await someone(context.db, { leads: [aLead(row)] });
      for (let count = 0; count < seen; count += 1)
        await ingest(context.db, JUDGING, anIncoming(who.contactId, 'page.viewed'));
      const { halfLife } = judging;
      const read = () =>
        transaction(context.db, (tx) =>
          readFacts(tx, { ...who, now: MONDAY, halfLife, newest: new Map([['page.viewed', 2]]) }),
        );
      const before = await read();
      const inTheTurn = changes.reduce(
        (facts, one) => changedFacts(facts, one, { scoring: judging, now: MONDAY }),
        before,
      );
      await apply(
        who,
        changes.map((one) => (one.type === 'score' ? { ...one, key: newId() } : one)),
        { deps: JUDGING },
      );
      expect(await read()).toEqual(inTheTurn);
    }),
    { numRuns: 200 },
  );
});

describe('a checkpoint behind a step of the same turn', () => {
  const steps = (set: object, when: object) => [
    { id: 'learn', type: 'update', ...set },
    { id: 'ask', type: 'checkpoint', when, then: 'yes', else: 'no' },
    { id: 'yes', type: 'end', outcome: 'yes' },
    { id: 'no', type: 'end', outcome: 'no' },
  ];
  const goneThrough = async (set: object, when: object, row: Parameters<typeof aLead>[0] = {}) => {
    const version = await published(context.db, { steps: steps(set, when) });
    const who = await someone(context.db, { leads: [aLead({ stage: 'nurturing', ...row })] });
    for (let count = 0; count < 2; count += 1)
      await ingest(context.db, JUDGING, anIncoming(who.contactId, 'page.viewed'));
    const { journeyId } = await aJourney(context.db, version, { who }, JUDGING);
    const { outcome } = await context.db.journey.findUniqueOrThrow({ where: { id: journeyId } });
    const { grade, temperature, stage } = await leadOf(who.leadId);
    return { outcome, grade, temperature, stage };
  };

  it('sees the grade that the new attributes give, by events that the sequence does not ask for, too', async () => {
    // 20 for the plan, 15 for two pages that were seen
    const when = { fact: 'lead.grade', is: 'A' };
    expect(await goneThrough({ set: { plan: 'gold' } }, when)).toMatchObject({ outcome: 'yes', grade: 'A' });
  });

  it('sees the grade that a tag gives', async () => {
    const when = { fact: 'lead.grade', is: 'B' };
    expect(await goneThrough({ tag: ['vip'] }, when)).toMatchObject({ outcome: 'yes', grade: 'B' });
  });

  it('sees that the interest has faded', async () => {
    const faded = { interest: 80, interestAt: MONDAY - 30 * DAY, temperature: 'hot' as const };
    const when = { fact: 'lead.temperature', is: 'cold' };
    expect(await goneThrough({ set: { size: 3 } }, when, faded)).toMatchObject({ outcome: 'yes', temperature: 'cold' });
  });

  it('sees that the new grade has made an MQL of the lead', async () => {
    const keen = { interest: 50, interestAt: MONDAY };
    const when = { fact: 'lead.stage', is: 'mql' };
    expect(await goneThrough({ set: { plan: 'gold' } }, when, keen)).toMatchObject({ outcome: 'yes', stage: 'mql' });
  });
});

test('a lead that becomes an MQL twice in one turn has a decision for each time', async () => {
  const who = await someone(context.db, {
    leads: [aLead({ stage: 'nurturing', grade: 'A', interest: 50, interestAt: MONDAY })],
  });
  await apply(
    who,
    [
      { type: 'attributes', set: { plan: 'gold' } },
      { type: 'tags', add: ['vip'], remove: [] },
      { type: 'stage', stage: 'nurturing' },
      { type: 'tags', add: ['fair'], remove: [] },
    ],
    { deps: JUDGING },
  );
  const stages = (await decisionsOf(who.contactId)).filter(({ kind }) => kind === 'stage');
  expect(stages.map(({ outcome }) => outcome)).toEqual(['mql', 'mql']);
});
