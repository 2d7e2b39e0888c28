import type { Change } from '../../src/domain/steps/handler';
import { applyChanges } from '../../src/store/changes';
import { upsertContact } from '../../src/store/contacts';
import { transaction } from '../../src/store/db';
import { refit } from '../../src/store/fit';
import type { JourneyRow } from '../../src/store/journeys';
import { openLead } from '../../src/store/leads';
import { aDefinition, DAY, JOURNEY_ID, MONDAY } from '../support/builders';
import { counted } from '../support/counted';
import { testDatabase } from '../support/database';
import { SALES } from '../support/sales';
import { scoringRules } from '../support/scoring';

const context = testDatabase();
const rules = { ...SALES.rules, scoring: scoringRules() };
type Attributes = { readonly [key: string]: string | number };

const register = (email: string, attributes: Attributes, o: { readonly at?: number; readonly offer?: string } = {}) =>
  transaction(context.db, async (tx) => {
    const { at = MONDAY, offer = 'course' } = o;
    const contact = await upsertContact(tx, { email, attributes, at });
    const lead = await openLead(tx, rules, { contactId: contact.id, offer, source: 'form', campaign: 'spring', at });
    return { contactId: contact.id, leadId: lead.id, created: lead.created };
  });
const lead = (id: string) => context.db.lead.findUniqueOrThrow({ where: { id } });
const entriesOf = async (leadId: string) => {
  const rows = await context.db.scoreEntry.findMany({ where: { leadId }, orderBy: { seq: 'asc' } });
  return rows.map(({ kind, rule, points, reason }) => [kind, rule, points, reason]);
};
const decisionsOf = async (contactId: string) => {
  const rows = await context.db.decision.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  return rows.map(({ kind, outcome, reason, journeyId }) => [kind, outcome, reason, journeyId]);
};

describe('a lead that is opened', () => {
  it('has the fit and grade of its contact, with entries and a decision', async () => {
    const { contactId, leadId, created } = await register('ana@example.test', { role: 'manager', size: 60 });
    expect(created).toBe(true);
    expect(await lead(leadId)).toEqual({
      id: leadId,
      contactId,
      offer: 'course',
      source: 'form',
      campaign: 'spring',
      stage: 'new',
      temperature: 'cold',
      grade: 'A',
      fitPoints: 35,
      interest: 0,
      interestAt: new Date(MONDAY),
      mqlAt: null,
      createdAt: new Date(MONDAY),
    });
    expect(await entriesOf(leadId)).toEqual([
      ['fit', 'manager', 20, 'contact.attributes.role is manager'],
      ['fit', 'big', 15, 'contact.attributes.size 60 is at least 50'],
    ]);
    expect(await decisionsOf(contactId)).toEqual([['score', 'grade A', 'fit 35 is at least 30', null]]);
  });

  it('again in the same offer is the same lead, and nothing is scored twice', async () => {
    const first = await register('bia@example.test', { role: 'manager' });
    const again = await register('bia@example.test', {}, { at: MONDAY + DAY });
    expect(again).toEqual({ ...first, created: false });
    expect(await lead(first.leadId)).toMatchObject({ source: 'form', createdAt: new Date(MONDAY) });
    expect(await entriesOf(first.leadId)).toHaveLength(1);
  });

  it('has the grade of no points when no rule holds', async () => {
    const { contactId, leadId } = await register('carla@example.test', {});
    expect(await lead(leadId)).toMatchObject({ grade: 'D', fitPoints: 0 });
    expect(await decisionsOf(contactId)).toEqual([]);
    const lenient = scoringRules({ grades: { A: 30, B: 20, C: 0 } });
    await transaction(context.db, (tx) => refit(tx, lenient, { contactId, at: MONDAY }));
    expect(await lead(leadId)).toMatchObject({ grade: 'C', fitPoints: 0 });
    expect(await decisionsOf(contactId)).toEqual([['score', 'grade C', 'fit 0 is at least 0', null]]);
  });
});

describe('a contact that changes', () => {
  it('changes the fit of all its open leads, back and forth, by what differs', async () => {
    const first = await register('dora@example.test', { role: 'manager' });
    const second = await register('dora@example.test', {}, { offer: 'other' });
    await register('dora@example.test', { role: 'student' }, { offer: 'other', at: MONDAY + 1 });
    await register('dora@example.test', { role: 'manager' }, { offer: 'other', at: MONDAY + 2 });
    for (const { leadId } of [first, second]) {
      expect(await lead(leadId)).toMatchObject({ grade: 'B', fitPoints: 20 });
      expect((await entriesOf(leadId)).map(([, rule, points]) => [rule, points])).toEqual([
        ['manager', 20],
        ['manager', -20],
        ['student', -30],
        ['manager', 20],
        ['student', 30],
      ]);
    }
    const grades = (await decisionsOf(first.contactId)).map(([, outcome]) => outcome);
    expect(grades.sort()).toEqual(['grade B', 'grade B', 'grade B', 'grade B', 'grade D', 'grade D']);
  });

  it('makes an interested lead an MQL by its grade', async () => {
    const { contactId, leadId } = await register('eva@example.test', {});
    await context.db.lead.update({
      where: { id: leadId },
      data: { interest: 80, temperature: 'hot', stage: 'nurturing' },
    });
    await register('eva@example.test', { role: 'manager' }, { at: MONDAY + 10 * DAY });
    expect(await lead(leadId)).toMatchObject({ stage: 'mql', mqlAt: new Date(MONDAY + 10 * DAY), interest: 80 });
    expect((await decisionsOf(contactId)).at(-1)).toEqual([
      'stage',
      'mql',
      'score 40 is at least 40, and grade B is at least B',
      null,
    ]);
  });

  it('does not touch leads that are won or lost', async () => {
    const { leadId } = await register('fabi@example.test', { role: 'manager' });
    await context.db.lead.update({ where: { id: leadId }, data: { stage: 'won' } });
    await register('fabi@example.test', { role: 'student' }, { offer: 'other' });
    expect(await lead(leadId)).toMatchObject({ stage: 'won', grade: 'B', fitPoints: 20 });
  });

  it('with nothing that matters costs a read of its leads and one of facts for each', async () => {
    const { contactId } = await register('gabi@example.test', { role: 'manager' });
    const cost = await transaction(context.db, async (real) => {
      const { tx, statements } = counted(real);
      await refit(tx, rules.scoring, { contactId, at: MONDAY });
      return statements();
    });
    expect(cost).toBe(2);
  });
});

describe('an update step', () => {
  const apply = (o: { readonly contactId: string; readonly leadId: string }, changes: readonly Change[]) => {
    const definition = aDefinition({ steps: [{ id: 'done', type: 'end' }] });
    const journey: JourneyRow = {
      id: JOURNEY_ID,
      ...o,
      sequence: 'test',
      versionId: JOURNEY_ID,
      enteredAt: MONDAY,
      definition,
    };
    return transaction(context.db, (tx) => applyChanges(tx, { rules }, { journey, changes, now: MONDAY + DAY }));
  };

  it('that sets attributes judges the fit anew, as a decision of its journey', async () => {
    const registered = await register('heloisa@example.test', { role: 'manager' });
    await apply(registered, [{ type: 'attributes', set: { size: 51 } }]);
    expect(await lead(registered.leadId)).toMatchObject({ grade: 'A', fitPoints: 35 });
    expect((await decisionsOf(registered.contactId)).at(-1)).toEqual([
      'score',
      'grade A',
      'fit 35 is at least 30',
      JOURNEY_ID,
    ]);
  });

  it('that makes a lead MQL notes when, once', async () => {
    const registered = await register('iris@example.test', {});
    await apply(registered, [{ type: 'stage', stage: 'mql' }]);
    expect(await lead(registered.leadId)).toMatchObject({ stage: 'mql', mqlAt: new Date(MONDAY + DAY) });
    await apply(registered, [{ type: 'stage', stage: 'sql' }]);
    expect(await lead(registered.leadId)).toMatchObject({ stage: 'sql', mqlAt: new Date(MONDAY + DAY) });
  });
});
