import type { Json } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { type TurnRequest, takeTurn } from '../../src/store/turn';
import { DAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, anIncoming, later, published, someone } from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase();
const at = (iso: string) => Date.parse(iso);
const take = (request: TurnRequest) => transaction(database.db, (tx) => takeTurn(tx, SALES, request));
const decisionsOf = async (journeyId: string) => {
  const rows = await database.db.decision.findMany({ where: { journeyId, kind: 'wait' }, orderBy: { seq: 'asc' } });
  return rows.map(({ outcome, reason }) => `${outcome}: ${reason}`);
};

/** A journey that the event `type` has begun. */
async function begunBy(type: string, properties: { readonly [name: string]: Json }) {
  const { contactId } = await someone(database.db);
  await ingest(database.db, SALES, anIncoming(contactId, type, { properties }));
  return database.db.journey.findFirstOrThrow({ where: { contactId } });
}

const reminder = (type: string) =>
  published(database.db, {
    enter: { on: type },
    steps: [
      {
        id: 'day-before',
        type: 'wait',
        until: { date: 'entry.startsAt', offset: '-1d', time: '09:00', zone: 'company' },
      },
      { id: 'done', type: 'end' },
    ],
  });

test('a journey waits for a date that comes with the event that began it', async () => {
  await reminder('webinar.booked');
  const { id, dueAt } = await begunBy('webinar.booked', { startsAt: '2026-02-02T18:00:00-03:00' });
  expect(dueAt).toEqual(new Date(at('2026-02-01T09:00-03:00')));
  expect(await decisionsOf(id)).toEqual([
    'waits: waits until 2026-02-01 09:00 in America/Sao_Paulo (entry.startsAt -1d at 09:00)',
  ]);
  expect(await take({ journeyId: id, turn: 1, now: at('2026-02-01T09:00-03:00') })).toMatchObject({
    move: { type: 'end' },
  });
});

test('one whose date is missing or past goes on at once, and its story says why', async () => {
  await reminder('fair.booked');
  const missing = await begunBy('fair.booked', {});
  const past = await begunBy('fair.booked', { startsAt: '2026-01-05' });
  expect([missing, past].map(({ status }) => status)).toEqual(['ended', 'ended']);
  expect(await decisionsOf(missing.id)).toEqual(['missing: entry.startsAt holds no date']);
  expect(await decisionsOf(past.id)).toEqual([
    'missed: 2026-01-04 09:00 in America/Sao_Paulo (entry.startsAt -1d at 09:00) is past',
  ]);
});

test('a date that was put off while it was waited for is waited for again', async () => {
  const version = await published(database.db, {
    steps: [
      { id: 'end-near', type: 'wait', until: { date: 'contact.attributes.contractEnd', zone: 'company' } },
      { id: 'done', type: 'end' },
    ],
  });
  const who = await someone(database.db, { attributes: { contractEnd: '2026-01-20' } });
  const { journeyId } = await aJourney(database.db, version, { who });
  const attributes = { contractEnd: '2027-01-20' };
  await database.db.contact.update({ where: { id: who.contactId }, data: { attributes } });
  expect(await take({ journeyId, turn: 1, now: at('2026-01-20T00:00-03:00') })).toMatchObject({
    move: { type: 'await', until: at('2027-01-20T00:00-03:00') },
  });
});

test('a date of an event that an earlier wait has used is still known, however old that event is', async () => {
  const version = await published(database.db, {
    steps: [
      { id: 'shipped', type: 'waitFor', event: 'order.shipped', timeout: '9d' },
      { id: 'rest', type: 'wait', for: '1d' },
      { id: 'arrival', type: 'wait', until: { date: 'event.arrivesOn', of: 'shipped', zone: 'company' } },
      { id: 'done', type: 'end' },
    ],
  });
  const { contactId, journeyId } = await aJourney(database.db, version);
  const properties = { arrivesOn: '2026-03-03' };
  await ingest(database.db, SALES, anIncoming(contactId, 'order.shipped', { at: later(DAY), properties }));
  await take({ journeyId, turn: 1, now: later(DAY) });
  expect(await take({ journeyId, turn: 2, now: later(2 * DAY) })).toMatchObject({
    move: { type: 'await', stepId: 'arrival', until: at('2026-03-03T00:00-03:00') },
  });
});
