import fc from 'fast-check';
import type { IncomingEvent } from '../../src/domain/event';
import { type Instant, newId } from '../../src/domain/ids';
import { initialState } from '../../src/domain/journey/state';
import { scoreAt } from '../../src/domain/scoring/interest';
import type { ScoringRules } from '../../src/domain/scoring/rules';
import { transaction } from '../../src/store/db';
import { readFacts } from '../../src/store/facts';
import { ingest } from '../../src/store/ingest';
import { insertJourney } from '../../src/store/journeys';
import { applyScores } from '../../src/store/scores';
import { DAY, MONDAY } from '../support/builders';
import { counted } from '../support/counted';
import { testDatabase } from '../support/database';
import { aLead, aPerson, type LeadRow, writePeople } from '../support/people';
import { SALES } from '../support/sales';
import { scoringRules } from '../support/scoring';

const context = testDatabase();
const RULES = scoringRules();

async function withLeads(...leads: readonly Partial<LeadRow>[]) {
  const rows = leads.map((lead, n) =>
    aLead({ offer: `offer ${n}`, interestAt: MONDAY, createdAt: MONDAY + n, ...lead }),
  );
  const [written] = await writePeople(context.db, [aPerson({ leads: rows })]);
  if (!written) throw new Error('nobody was written');
  return { contactId: written.contactId, leadIds: written.leadIds, leadId: written.leadIds[0] ?? '' };
}

type Told = Partial<IncomingEvent> & { readonly contactId: string };
const happen = (event: Told, scoring: ScoringRules = RULES) =>
  ingest(
    context.db,
    { rules: { ...SALES.rules, scoring } },
    { type: 'mail.clicked', at: MONDAY, idempotencyKey: newId(), ...event },
  );
const lead = (id: string) => context.db.lead.findUniqueOrThrow({ where: { id } });
const entriesOf = (leadId: string) =>
  context.db.scoreEntry.findMany({
    where: { leadId },
    orderBy: { seq: 'asc' },
    select: { kind: true, rule: true, points: true, reason: true, at: true },
  });
const decisionsOf = async (contactId: string) => {
  const rows = await context.db.decision.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  return rows.map(({ kind, outcome, reason }) => [kind, outcome, reason]);
};

describe('an event', () => {
  it('gives a lead points by its rule, with a score entry', async () => {
    const { contactId, leadId } = await withLeads({});
    await happen({ contactId });
    expect(await lead(leadId)).toMatchObject({ interest: 10, interestAt: new Date(MONDAY), temperature: 'cold' });
    expect(await entriesOf(leadId)).toEqual([
      { kind: 'interest', rule: 'clicks', points: 10, reason: 'mail.clicked', at: new Date(MONDAY) },
    ]);
    expect(await decisionsOf(contactId)).toEqual([]);
  });

  it('that no rule names costs no statement; two where nothing is crossed, three where something is', async () => {
    const { contactId } = await withLeads({});
    const costOf = (type: string) =>
      transaction(context.db, async (real) => {
        const { tx, statements } = counted(real);
        const event = { type, contactId, at: MONDAY, idempotencyKey: newId() };
        await applyScores(tx, RULES, [{ contactId, interactionId: newId(), event }]);
        return statements();
      });
    expect([await costOf('page.seen'), await costOf('mail.clicked'), await costOf('mail.clicked')]).toEqual([0, 2, 3]);
  });

  it('that makes a lead warm, hot and MQL says so, each once', async () => {
    const { contactId, leadId } = await withLeads({ grade: 'B', stage: 'nurturing' });
    await happen({ contactId, type: 'call.requested' });
    await happen({ contactId, at: MONDAY + 1 });
    await happen({ contactId, type: 'call.requested', at: MONDAY + 2 });
    expect(await lead(leadId)).toMatchObject({ temperature: 'hot', stage: 'mql', mqlAt: new Date(MONDAY + 1) });
    expect(await decisionsOf(contactId)).toEqual([
      ['score', 'warm', 'score 30 is at least 20'],
      ['score', 'hot', 'score 40 is at least 40'],
      ['stage', 'mql', 'score 40 is at least 40, and grade B is at least B'],
    ]);
  });

  it.each(['mql', 'sal', 'sql', 'recycled'] as const)('leaves a lead at %s where it is', async (stage) => {
    const { contactId, leadId } = await withLeads({ grade: 'A', stage });
    await happen({ contactId, type: 'mail.unsubscribed' });
    await happen({ contactId, type: 'call.requested' });
    await happen({ contactId, type: 'call.requested' });
    expect(await lead(leadId)).toMatchObject({ stage, temperature: 'hot' });
  });

  it('makes a recycled lead that is nurtured again an MQL once more, at its first time', async () => {
    const { contactId, leadId } = await withLeads({ grade: 'A', stage: 'new', interest: 35 });
    await happen({ contactId });
    await context.db.lead.update({ where: { id: leadId }, data: { stage: 'nurturing' } });
    await happen({ contactId, at: MONDAY + DAY });
    expect(await lead(leadId)).toMatchObject({ stage: 'mql', mqlAt: new Date(MONDAY) });
    expect((await decisionsOf(contactId)).map(([kind]) => kind)).toEqual(['score', 'stage', 'stage']);
  });

  it('that comes twice counts once', async () => {
    const { contactId, leadId } = await withLeads({});
    const [idempotencyKey, interactionId] = [newId(), newId()];
    await Promise.all([1, 2, 3].map(() => happen({ contactId, idempotencyKey })));
    expect(await lead(leadId)).toMatchObject({ interest: 10 });
    const event = { type: 'call.requested', contactId, at: MONDAY, idempotencyKey };
    for (let n = 0; n < 3; n += 1)
      await transaction(context.db, (tx) => applyScores(tx, RULES, [{ contactId, interactionId, event }]));
    expect(await lead(leadId)).toMatchObject({ interest: 40 });
    expect(await entriesOf(leadId)).toHaveLength(2);
    expect((await decisionsOf(contactId)).map(([, outcome]) => outcome)).toEqual(['hot']);
  });

  it('gives no more than the cap, and then writes nothing', async () => {
    const { contactId, leadId } = await withLeads({});
    for (let n = 0; n < 5; n += 1) await happen({ contactId });
    expect((await entriesOf(leadId)).map(({ points, reason }) => [points, reason])).toEqual([
      [10, 'mail.clicked'],
      [10, 'mail.clicked'],
      [5, 'mail.clicked: 5 of 10 points, up to the cap of 25'],
    ]);
    expect(await lead(leadId)).toMatchObject({ interest: 25 });
  });

  it('finds interest faded, and a lead that cooled down meanwhile', async () => {
    const { contactId, leadId } = await withLeads({ interest: 40, temperature: 'hot' });
    await happen({ contactId, at: MONDAY + 20 * DAY });
    expect(await lead(leadId)).toMatchObject({
      interest: 20,
      interestAt: new Date(MONDAY + 20 * DAY),
      temperature: 'warm',
    });
    expect(await decisionsOf(contactId)).toEqual([['score', 'warm', 'score 20 is at least 20']]);
  });

  it('that comes late counts what is left of it', async () => {
    const { contactId, leadId } = await withLeads({ interest: 15, interestAt: MONDAY });
    await happen({ contactId, at: MONDAY - 10 * DAY });
    expect(await lead(leadId)).toMatchObject({ interest: 20, interestAt: new Date(MONDAY), temperature: 'warm' });
    expect(await entriesOf(leadId)).toMatchObject([{ points: 10, at: new Date(MONDAY - 10 * DAY) }]);
  });
});

describe('the leads that an event gives interest to', () => {
  const interests = async (leadIds: readonly string[]) =>
    Promise.all(leadIds.map(async (id) => (await lead(id)).interest));

  it('are all open ones of the contact, and those of nobody else', async () => {
    const { contactId, leadIds } = await withLeads({}, { stage: 'sal' }, { stage: 'won' }, { stage: 'lost' });
    const other = await withLeads({});
    await happen({ contactId });
    expect(await interests([...leadIds, other.leadId])).toEqual([10, 10, 0, 0, 0]);
  });

  it('are the one that it names, if that is the contact’s own and open', async () => {
    const { contactId, leadIds } = await withLeads({}, {}, { stage: 'lost' });
    const stranger = await withLeads({});
    for (const leadId of [leadIds[1], leadIds[2], stranger.leadId]) await happen({ contactId, leadId });
    expect(await interests([...leadIds, stranger.leadId])).toEqual([0, 10, 0, 0]);
  });

  it('are the one in the offer that it names', async () => {
    const { contactId, leadIds } = await withLeads({}, {});
    await happen({ contactId, properties: { offer: 'offer 1' } });
    await happen({ contactId, properties: { offer: 'unheard of' } });
    expect(await interests(leadIds)).toEqual([0, 10]);
  });

  it('are the one of its journey, and none for the journey of a client', async () => {
    const { contactId, leadIds } = await withLeads({}, {});
    const journeyOf = async (leadId: string | null) => {
      const [id, versionId] = [newId(), newId()];
      const enteredAt: Instant = MONDAY;
      await transaction(context.db, (tx) =>
        insertJourney(tx, { id, contactId, leadId, sequence: id, versionId, state: initialState(0), enteredAt }),
      );
      return id;
    };
    const [ofLead, ofClient] = [await journeyOf(leadIds[0] ?? null), await journeyOf(null)];
    // it wants to hear of nothing, so that its definition is not needed
    for (const journeyId of [ofLead, ofClient]) await happen({ contactId, journeyId });
    expect(await interests(leadIds)).toEqual([10, 0]);
  });
});

test('the score in TypeScript is the score in SQL', async () => {
  const instants = fc.integer({ min: MONDAY - 400 * DAY, max: MONDAY + 400 * DAY });
  const points = fc.oneof(
    fc.double({ min: -2000, max: 2000, noNaN: true }),
    fc.integer({ min: -200_000, max: 200_000 }).map((n) => n / 1000), // halves at the third digit
    fc.constantFrom(0, 1.005, 2.675, 0.0009, 0.001, 1e-300, -1e-300),
  );
  const { contactId, leadId } = await withLeads({});
  const world = fc.record({
    points,
    at: instants,
    now: instants,
    halfLife: fc.integer({ min: 1000, max: 1000 * DAY }),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ now, halfLife, ...interest }) => {
      await context.db.$executeRaw`
        UPDATE lead SET interest = ${String(interest.points)}::float8, interest_at = ${new Date(interest.at)}
        WHERE id = ${leadId}::uuid`;
      const facts = await readFacts(context.db, { contactId, leadId, now, halfLife });
      expect(scoreAt(interest, now, halfLife)).toBe(facts.lead?.score);
    }),
    { numRuns: 500 },
  );
});
