import { type Db, transaction } from '../../src/store/db';
import { readCase } from '../../src/store/handoff-case';
import { answerHandoff, escalate, expire, listHandoffs, offer, readHandoff } from '../../src/store/handoffs';
import { deactivateRep, syncReps } from '../../src/store/reps';
import type { TurnDeps } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { ROUTING } from '../support/routing';
import { anMql, SALES, type SoldLead } from '../support/sales';

const context = testDatabase();
beforeAll(() => syncReps(context.db, ROUTING));

const offerTo = (lead: SoldLead, deps: TurnDeps = SALES) =>
  transaction(context.db, (tx) => offer(tx, deps, { ...lead, stepId: 'sell', now: MONDAY }));
const answer = (
  { handoffId }: SoldLead,
  action: 'accept' | 'reject' | 'recycle',
  { reason = '', at = MONDAY + HOUR }: { readonly reason?: string; readonly at?: number } = {},
) => transaction(context.db, (tx) => answerHandoff(tx, SALES, { handoffId, action, reason, at }));
const escalated = ({ handoffId }: SoldLead, now = MONDAY + DAY) =>
  transaction(context.db, (tx) => escalate(tx, { handoffId, now, reason: 'no answer in time' }));
const expired = ({ handoffId }: SoldLead) =>
  transaction(context.db, (tx) => expire(tx, { handoffId, now: MONDAY + 2 * DAY, reason: 'nobody answered in time' }));

async function offered(): Promise<SoldLead> {
  const lead = await anMql(context.db);
  await offerTo(lead);
  return lead;
}

const stageOf = async (db: Db, { leadId }: SoldLead) =>
  (await db.lead.findUniqueOrThrow({ where: { id: leadId } })).stage;
const decisionsAbout = async (db: Db, { contactId }: SoldLead, kind: string) =>
  (await db.decision.findMany({ where: { contactId, kind }, orderBy: { seq: 'asc' } })).map(({ outcome, reason }) => [
    outcome,
    reason,
  ]);
const eventsOf = async (db: Db, { contactId }: SoldLead) =>
  (await db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } })).map(({ type, properties }) => [
    type,
    properties,
  ]);
const pokesOf = (db: Db, { handoffId }: SoldLead) =>
  db.$queryRaw<
    unknown[]
  >`SELECT payload FROM graphile_worker._private_jobs WHERE payload->>'workflow' = ${`handoff:${handoffId}`}`;

describe('an offer', () => {
  it('goes to the team of the first rule that holds, with its reason', async () => {
    const { db } = context;
    const hot = await anMql(db, { temperature: 'hot' });
    const { team, status, dueAt } = await offerTo(hot);
    expect({ team, status, dueAt }).toEqual({ team: 'hunters', status: 'offered', dueAt: MONDAY + DAY });
    expect(await decisionsAbout(db, hot, 'routing')).toEqual([
      ['Hugo of hunters', expect.stringMatching(/^routing rule hot-first: .*hot/)],
    ]);
    expect(await decisionsAbout(db, hot, 'handoff')).toEqual([['offered', 'to be answered by 2026-01-06 12:00 UTC']]);
    expect(await eventsOf(db, hot)).toEqual([['handoff.offered', { handoffId: hot.handoffId, team: 'hunters' }]]);
    expect(await stageOf(db, hot)).toBe('mql');
  });

  it('goes to the team that the step names, whatever the rules say', async () => {
    const hot = await anMql(context.db, { temperature: 'hot', team: 'sales' });
    expect((await offerTo(hot)).team).toBe('sales');
  });

  it('is made once, however often it is asked for', async () => {
    const lead = await anMql(context.db);
    const [first, ...again] = await Promise.all([offerTo(lead), offerTo(lead), offerTo(lead)]);
    for (const same of again) expect(same).toEqual(first);
    expect(await eventsOf(context.db, lead)).toHaveLength(1);
  });

  it('gives each rep exactly their share when many are made at once', async () => {
    const { db } = context;
    const leads = await Promise.all(Array.from({ length: 12 }, () => anMql(db)));
    const made = await Promise.all(leads.map((lead) => offerTo(lead)));
    const rita = await db.rep.findUniqueOrThrow({ where: { email: 'rita@example.test' } });
    expect(made.filter(({ repId }) => repId === rita.id)).toHaveLength(8);
  });

  it('lets a rehearsal plan how the rep will answer', async () => {
    const lead = await anMql(context.db);
    const planned: unknown[] = [];
    const reactions = {
      afterMail: async () => undefined,
      afterOffer: async (_: unknown, o: unknown) => void planned.push(o),
      afterTask: async () => undefined,
      answerOf: () => ({ status: 200, body: {} }),
      nextAt: async () => null,
    };
    await offerTo(lead, { ...SALES, reactions });
    expect(planned).toEqual([
      { handoffId: lead.handoffId, contactId: lead.contactId, now: MONDAY, dueAt: MONDAY + DAY },
    ]);
  });
});

describe('an answer', () => {
  it('moves the lead to SAL, is told as interaction and decision, and wakes the workflow', async () => {
    const { db } = context;
    const lead = await offered();
    const { handoff, pokes } = await answer(lead, 'accept', { reason: 'I call today' });
    expect(handoff).toMatchObject({ status: 'accepted', reason: 'I call today', answeredAt: MONDAY + HOUR });
    expect(pokes).toContain(`handoff:${lead.handoffId}`);
    expect(await pokesOf(db, lead)).toHaveLength(1);
    expect(await stageOf(db, lead)).toBe('sal');
    expect((await eventsOf(db, lead)).at(-1)).toEqual([
      'handoff.answered',
      { handoffId: lead.handoffId, action: 'accept', reason: 'I call today' },
    ]);
    expect((await decisionsAbout(db, lead, 'handoff')).at(-1)).toEqual(['accepted', 'I call today']);
    expect(await decisionsAbout(db, lead, 'stage')).toEqual([['sal', 'sales accepted the lead']]);
  });

  it('that rejects makes the lead lost', async () => {
    const lead = await offered();
    await answer(lead, 'reject', { reason: 'a student' });
    expect(await stageOf(context.db, lead)).toBe('lost');
  });

  it('that recycles has the lead nurtured again as long as its journey goes on', async () => {
    const { db } = context;
    const lead = await offered();
    await answer(lead, 'recycle', { reason: 'no budget' });
    expect(await stageOf(db, lead)).toBe('nurturing');
    expect((await decisionsAbout(db, lead, 'stage')).map(([stage]) => stage)).toEqual(['recycled', 'nurturing']);
    const left = await offered();
    await db.journey.update({ where: { id: left.journeyId }, data: { status: 'ended' } });
    await answer(left, 'recycle', { reason: 'no budget' });
    expect(await stageOf(db, left)).toBe('recycled');
  });

  it('takes no lead back that sales has already won', async () => {
    const lead = await offered();
    await context.db.lead.update({ where: { id: lead.leadId }, data: { stage: 'won' } });
    await answer(lead, 'reject', { reason: 'by mistake' });
    expect(await stageOf(context.db, lead)).toBe('won');
  });

  it('given twice changes nothing, and another one is refused', async () => {
    const { db } = context;
    const lead = await offered();
    const first = await answer(lead, 'accept');
    const again = await answer(lead, 'accept', { reason: 'again', at: MONDAY + 2 * HOUR });
    expect(again).toEqual({ handoff: first.handoff, pokes: [] });
    await expect(answer(lead, 'reject')).rejects.toMatchObject({ code: 'VIV_HANDOFF_ANSWERED' });
    expect(await stageOf(db, lead)).toBe('sal');
    expect(await pokesOf(db, lead)).toHaveLength(1);
  });

  // INV-ONE-ANSWER
  it('holds once when rep and manager answer at the same moment', async () => {
    const lead = await offered();
    const results = await Promise.allSettled([answer(lead, 'accept'), answer(lead, 'reject'), answer(lead, 'recycle')]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await eventsOf(context.db, lead)).filter(([type]) => type === 'handoff.answered')).toHaveLength(1);
  });

  it('to a handoff that is not there is refused', async () => {
    const lead = await anMql(context.db);
    await expect(answer(lead, 'accept')).rejects.toMatchObject({ code: 'VIV_NOT_FOUND' });
  });
});

describe('the time to answer', () => {
  it('begins again for the manager when it is escalated, once', async () => {
    const lead = await offered();
    expect(await escalated(lead, MONDAY + DAY + HOUR)).toMatchObject({
      status: 'escalated',
      dueAt: MONDAY + 2 * DAY + HOUR,
    });
    expect(await escalated(lead)).toBeNull();
    expect((await decisionsAbout(context.db, lead, 'handoff')).at(-1)).toEqual(['escalated', 'no answer in time']);
  });

  it('still lets the rep answer after the escalation', async () => {
    const lead = await offered();
    await escalated(lead);
    await answer(lead, 'accept', { at: MONDAY + DAY + HOUR });
    expect(await expired(lead)).toBeNull();
    expect(await stageOf(context.db, lead)).toBe('sal');
  });

  it('expires after the escalation only, and leaves the lead an MQL', async () => {
    const lead = await offered();
    expect(await expired(lead)).toBeNull();
    await escalated(lead);
    expect(await expired(lead)).toMatchObject({ status: 'expired' });
    expect(await stageOf(context.db, lead)).toBe('mql');
    await expect(answer(lead, 'accept')).rejects.toThrow('already expired');
  });

  it('races an answer, and one of them holds', async () => {
    for (let round = 0; round < 10; round += 1) {
      const lead = await offered();
      await escalated(lead);
      const [answered, gaveUp] = await Promise.allSettled([answer(lead, 'accept'), expired(lead)]);
      const { status } = await transaction(context.db, (tx) => readHandoff(tx, lead.handoffId));
      const won = gaveUp.status === 'fulfilled' && gaveUp.value !== null ? 'expired' : 'accepted';
      expect(status).toBe(won);
      expect(answered.status).toBe(won === 'accepted' ? 'fulfilled' : 'rejected');
    }
  });
});

it('a case tells people, particulars and the story of the lead', async () => {
  const { db } = context;
  const lead = await offered();
  const shown = await transaction(db, (tx) => readCase(tx, SALES.rules, { handoffId: lead.handoffId, now: MONDAY }));
  expect(shown.manager).toMatchObject({ name: 'Marta', email: 'marta@example.test' });
  expect(['Rita', 'Rui']).toContain(shown.rep?.name);
  expect(shown.lead).toMatchObject({ offer: 'course', grade: 'B', temperature: 'warm', score: 0 });
  expect(shown.dueText).toBe('Tue 6 Jan, 09:00 (America/Sao_Paulo)');
  await answer(lead, 'recycle', { reason: 'no budget' });
  const later = await transaction(db, (tx) =>
    readCase(tx, SALES.rules, { handoffId: lead.handoffId, now: MONDAY + DAY }),
  );
  expect(later.story).toEqual([
    { day: '5 Jan', text: 'sales: recycle, no budget' },
    { day: '5 Jan', text: 'recycled: sales gave the lead back' },
    { day: '5 Jan', text: 'nurturing: its journey goes on' },
  ]);
});

it('open handoffs are listed by due time, also those that nobody could take', async () => {
  const { db } = context;
  await db.handoff.deleteMany();
  await deactivateRep(db, 'hugo@example.test');
  await deactivateRep(db, 'helena@example.test');
  const [hot, warm] = [await anMql(db, { temperature: 'hot' }), await offered()];
  expect((await offerTo(hot)).repId).toBeNull();
  await escalated(hot);
  await answer(await offered(), 'accept');
  const open = await listHandoffs(db, { status: ['offered', 'escalated'], limit: 10 });
  expect(open.map(({ id, rep, status }) => [id, rep === null, status])).toEqual([
    [warm.handoffId, false, 'offered'],
    [hot.handoffId, true, 'escalated'],
  ]);
  expect(await listHandoffs(db, { limit: 10 })).toHaveLength(3);
});
