import { newId } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { takeTurn } from '../../src/store/turn';
import { DAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { anIncoming, aWaitFor, ENDS, enrolled, later, published, someone } from '../support/journeys';
import { aLead } from '../support/people';
import { SALES } from '../support/sales';

const database = testDatabase(20);
const aSequence = (parts: object) =>
  published(database.db, { steps: [aWaitFor('page.viewed', '1d'), ...ENDS], ...parts });
const tell = (contactId: string, type: string, parts: object = {}) =>
  ingest(database.db, SALES, anIncoming(contactId, type, parts));
const journeysOf = (contactId: string, sequence: string) =>
  database.db.journey.findMany({ where: { contactId, sequence }, orderBy: { enteredAt: 'asc' } });
const refusalsOf = async (contactId: string, sequence: string) => {
  const rows = await database.db.decision.findMany({
    where: { contactId, outcome: `${sequence} refused` },
    orderBy: { seq: 'asc' },
  });
  return rows.map(({ reason }) => reason);
};
/** Lets every wait of the sequence run out. */
const finish = async (contactId: string, sequence: string, now: number) => {
  for (const { id: journeyId, turn } of await journeysOf(contactId, sequence))
    await transaction(database.db, (tx) => takeTurn(tx, SALES, { journeyId, turn, now }));
};

describe('a sequence that several events enter', () => {
  test('is entered by each of them, and by no other', async () => {
    const { sequence } = await aSequence({ enter: { on: ['demo.asked', 'call.asked'] }, reenter: 'always' });
    const asked = await Promise.all(
      ['demo.asked', 'call.asked', 'demo', 'asked'].map(async (type) => {
        const { contactId } = await someone(database.db);
        await tell(contactId, type);
        return (await journeysOf(contactId, sequence)).length;
      }),
    );
    expect(asked).toEqual([1, 1, 0, 0]);
  });

  test('is entered once by several at once', async () => {
    const { sequence } = await aSequence({ enter: { on: ['demo.asked', 'call.asked'] }, reenter: 'always' });
    const { contactId } = await someone(database.db);
    const types = Array.from({ length: 20 }, (_, index) => (index % 2 ? 'demo.asked' : 'call.asked'));
    await Promise.all(types.map((type) => tell(contactId, type)));
    expect(await journeysOf(contactId, sequence)).toHaveLength(1);
    expect(await refusalsOf(contactId, sequence)).toEqual(
      Array.from({ length: 19 }, () => 'is already going through it'),
    );
  });
});

describe('a sequence that lets in once for each order', () => {
  const perOrder = (more: object = {}) =>
    aSequence({ enter: { on: 'order.placed' }, reenter: { perKey: 'orderId', ...more } });
  const order = (contactId: string, orderId: unknown, at = later(0)) =>
    tell(contactId, 'order.placed', { at, properties: { orderId } });

  // INV-ONE-JOURNEY
  test('has one journey for each, several at once, however many events come at once', async () => {
    const { sequence } = await perOrder();
    const { contactId } = await someone(database.db);
    await Promise.all(Array.from({ length: 24 }, (_, index) => order(contactId, `A-${index % 3}`)));
    const journeys = await journeysOf(contactId, sequence);
    expect(journeys.map(({ entryKey, status }) => `${entryKey} ${status}`).sort()).toEqual([
      'A-0 running',
      'A-1 running',
      'A-2 running',
    ]);
    expect(new Set(await refusalsOf(contactId, sequence))).toEqual(
      new Set([0, 1, 2].map((n) => `is already going through it for orderId A-${n}`)),
    );
  });

  test('refuses one that went through it, for ever or for a time', async () => {
    const [{ sequence: once }, { sequence: monthly }] = [await perOrder(), await perOrder({ after: '30d' })];
    const { contactId } = await someone(database.db);
    await order(contactId, 7);
    for (const sequence of [once, monthly]) await finish(contactId, sequence, later(DAY));
    await order(contactId, 7, later(29 * DAY));
    await order(contactId, 7, later(30 * DAY));
    expect(await journeysOf(contactId, once)).toHaveLength(1);
    expect(await journeysOf(contactId, monthly)).toHaveLength(2);
    const ever = 'went through it for orderId 7 before, and the sequence lets in once for each';
    expect(await refusalsOf(contactId, once)).toEqual([ever, ever]);
    expect(await refusalsOf(contactId, monthly)).toEqual(['entered it for orderId 7 less than 30d ago']);
  });

  test('refuses an event that names none, with the reason', async () => {
    const { sequence } = await perOrder();
    const { contactId } = await someone(database.db);
    await tell(contactId, 'order.placed');
    await order(contactId, null);
    expect(await journeysOf(contactId, sequence)).toEqual([]);
    expect(new Set(await refusalsOf(contactId, sequence))).toContain(
      'no orderId is given, and the sequence lets in once for each',
    );
  });

  test('is entered by hand for one that is named', async () => {
    const version = await perOrder();
    const who = await someone(database.db);
    expect(await enrolled(database.db, { ...who, version, key: 'A-1' })).toMatchObject({ type: 'entered' });
    expect(await enrolled(database.db, { ...who, version })).toMatchObject({ type: 'refused' });
  });
});

test('a sequence that lets in each new lead has one journey for each, at once, and once', async () => {
  const version = await aSequence({ reenter: 'newLead' });
  const { sequence } = version;
  const { contactId, leadId: first } = await someone(database.db, { leads: [aLead(), aLead({ offer: 'course' })] });
  const [second] = await database.db.lead.findMany({ where: { contactId, offer: 'course' } });
  const leads = [first, second?.id ?? ''];
  const enter = (leadId: string, now = later(0)) => enrolled(database.db, { contactId, leadId, version, now });
  await Promise.all(leads.flatMap((leadId) => Array.from({ length: 6 }, () => enter(leadId))));
  const journeys = await journeysOf(contactId, sequence);
  expect(journeys.map(({ leadId }) => leadId).sort()).toEqual(leads.toSorted());
  await finish(contactId, sequence, later(DAY));
  for (const leadId of leads)
    expect(await enter(leadId, later(400 * DAY))).toEqual({
      type: 'refused',
      reason: 'went through it with this lead before, and the sequence lets each lead in once',
    });
});

test('an entry for another sequence’s step keeps whose journey it is', async () => {
  const version = await aSequence({});
  const who = await someone(database.db);
  const parent = { journeyId: newId(), joinId: newId() };
  await enrolled(database.db, { ...who, version, parent });
  const [journey] = await journeysOf(who.contactId, version.sequence);
  expect(journey).toMatchObject({ parentId: parent.journeyId, joinId: parent.joinId });
});
