import { newId } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { enrol } from '../../src/store/enrol';
import { takeTurn } from '../../src/store/turn';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aWaitFor, ENDS, enrolled, jobsIn, later, published, someone } from '../support/journeys';
import { aLead } from '../support/people';
import { SALES } from '../support/sales';

const database = testDatabase(20);
const aSequence = (parts: object = {}) =>
  published(database.db, { steps: [aWaitFor('page.viewed', '1d'), ...ENDS], ...parts });
const journeysOf = (contactId: string) =>
  database.db.journey.findMany({ where: { contactId }, orderBy: { enteredAt: 'asc' } });
const startsOf = async (journeyId: string) =>
  (await jobsIn(database.db)).filter(
    ({ task, payload }) => task === 'start_journey' && payload.journeyId === journeyId,
  );
/** Lets the wait of `aSequence` run out. */
const finish = (journeyId: string, now: number) =>
  transaction(database.db, (tx) => takeTurn(tx, SALES, { journeyId, turn: 1, now }));

test('who enters has a journey, its first turn, a decision, a lead that is nurtured, and one job that starts the workflow', async () => {
  const [who, version] = [await someone(database.db), await aSequence()];
  const answer = await enrolled(database.db, { ...who, version });
  const [journey] = await journeysOf(who.contactId);
  expect(answer).toEqual({ type: 'entered', journeyId: journey?.id });
  expect(journey).toMatchObject({
    leadId: who.leadId,
    turn: 1,
    stepId: 'watch',
    status: 'running',
    enteredAt: new Date(MONDAY),
  });
  expect(await startsOf(journey?.id ?? '')).toHaveLength(1);
  expect(await database.db.lead.findUnique({ where: { id: who.leadId } })).toMatchObject({ stage: 'nurturing' });
  const decisions = await database.db.decision.findMany({ where: { contactId: who.contactId, kind: 'enter' } });
  expect(decisions).toMatchObject([
    { journeyId: journey?.id, outcome: `${version.sequence} entered`, reason: 'by hand; version 1' },
  ]);
});

test('twenty enrolments for one cause at once are one journey, and all are answered with it', async () => {
  const [who, version, cause] = [await someone(database.db), await aSequence(), newId()];
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => enrolled(database.db, { ...who, version, cause })),
  );
  const [journey] = await journeysOf(who.contactId);
  expect(answers).toEqual(answers.map(() => ({ type: 'entered', journeyId: journey?.id })));
  expect(await journeysOf(who.contactId)).toHaveLength(1);
  expect(await startsOf(journey?.id ?? '')).toHaveLength(1);
});

// INV-ONE-JOURNEY
test('twenty enrolments for causes of their own at once are one journey, whatever the sequence says of entering again', async () => {
  const [who, version] = [await someone(database.db), await aSequence({ reenter: 'always' })];
  const answers = await Promise.all(Array.from({ length: 20 }, () => enrolled(database.db, { ...who, version })));
  expect(answers.filter(({ type }) => type === 'entered')).toHaveLength(1);
  expect(answers.filter(({ type }) => type === 'refused')).toEqual(
    Array.from({ length: 19 }, () => ({ type: 'refused', reason: 'is already going through it' })),
  );
  expect(await journeysOf(who.contactId)).toHaveLength(1);
});

test('the same cause after the journey has ended still answers that journey', async () => {
  const [who, version, cause] = [await someone(database.db), await aSequence({ reenter: 'always' }), newId()];
  const first = await enrolled(database.db, { ...who, version, cause });
  if (first.type === 'refused') throw new Error(first.reason);
  await finish(first.journeyId, later(DAY));
  expect(await enrolled(database.db, { ...who, version, cause, now: later(9 * DAY) })).toEqual(first);
});

/** Rule, days after the first entry, why not. */
const AGAIN: readonly (readonly [unknown, number, string | undefined])[] = [
  ['never', 400, 'went through it before, and the sequence lets nobody in again'],
  ['always', 2, undefined],
  [{ after: '30d' }, 29, 'entered it less than 30d ago'],
  [{ after: '30d' }, 30, undefined],
];

test.each(AGAIN)('with reenter %j, who entered %i days ago and has ended: %s', async (reenter, days, reason) => {
  const [who, version] = [await someone(database.db), await aSequence({ reenter })];
  const first = await enrolled(database.db, { ...who, version });
  if (first.type === 'refused') throw new Error(first.reason);
  await finish(first.journeyId, later(DAY));
  const again = await enrolled(database.db, { ...who, version, now: later(days * DAY) });
  expect(again).toEqual(
    reason === undefined
      ? { type: 'entered', journeyId: expect.not.stringMatching(first.journeyId) }
      : { type: 'refused', reason },
  );
});

test('a refusal is a decision, and leaves nothing else', async () => {
  const [who, version] = [await someone(database.db, { leads: [] }), await aSequence()];
  const answer = await enrolled(database.db, { contactId: who.contactId, leadId: null, version });
  const reason = 'the contact has no lead, and the sequence is for leads';
  expect(answer).toEqual({ type: 'refused', reason });
  expect(await journeysOf(who.contactId)).toEqual([]);
  const decisions = await database.db.decision.findMany({ where: { contactId: who.contactId } });
  expect(decisions).toMatchObject([{ kind: 'enter', outcome: `${version.sequence} refused`, reason, journeyId: null }]);
});

test('a sequence for clients takes clients alone, and goes with no lead', async () => {
  const version = await aSequence({ audience: 'client' });
  const client = { status: 'inactive', firstPurchaseAt: 0, lastPurchaseAt: 0, purchases: 1, revenue: 5 } as const;
  const [stranger, customer] = [await someone(database.db), await someone(database.db, { client })];
  expect(await enrolled(database.db, { ...stranger, version })).toEqual({
    type: 'refused',
    reason: 'the contact is no client, and the sequence is for clients',
  });
  expect(await enrolled(database.db, { ...customer, version })).toMatchObject({ type: 'entered' });
  expect(await journeysOf(customer.contactId)).toMatchObject([{ leadId: null }]);
});

test.each(['mql', 'sal', 'won', 'lost'] as const)('a lead that is %s keeps its stage when it enters', async (stage) => {
  const [who, version] = [await someone(database.db, { leads: [aLead({ stage })] }), await aSequence()];
  await enrolled(database.db, { ...who, version });
  expect(await database.db.lead.findUnique({ where: { id: who.leadId } })).toMatchObject({ stage });
});

test('a contact may go through two sequences at once', async () => {
  const who = await someone(database.db);
  for (const version of [await aSequence(), await aSequence()])
    expect(await enrolled(database.db, { ...who, version })).toMatchObject({ type: 'entered' });
});

test('nobody enters who is not on record', async () => {
  const version = await aSequence();
  await expect(enrolled(database.db, { contactId: newId(), leadId: null, version })).rejects.toMatchObject({
    code: 'VIV_CONTACT_UNKNOWN',
  });
});

test('what happened before the entry is not seen by the journey’s waits', async () => {
  const events = [{ type: 'page.viewed', at: MONDAY }];
  const [who, version] = [await someone(database.db, { events }), await aSequence()];
  await enrolled(database.db, { ...who, version });
  expect(await journeysOf(who.contactId)).toMatchObject([{ stepId: 'watch', status: 'running' }]);
});

// INV-OUTBOX-COMMITS
test('journey, decision and job exist exactly if the caller’s transaction commits', async () => {
  const [who, version, cause] = [await someone(database.db), await aSequence(), newId()];
  const jobs = await jobsIn(database.db);
  const enrolment = { ...who, version, cause, now: MONDAY, origin: 'by hand' };
  const work = transaction(database.db, async (tx) => {
    expect(await enrol(tx, SALES, enrolment)).toMatchObject({ type: 'entered' });
    throw new Error('the caller changes its mind');
  });
  await expect(work).rejects.toThrow('the caller changes its mind');
  expect(await journeysOf(who.contactId)).toEqual([]);
  expect(await database.db.decision.count({ where: { contactId: who.contactId } })).toBe(0);
  expect(await jobsIn(database.db)).toEqual(jobs);
});
