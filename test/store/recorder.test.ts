import fc from 'fast-check';
import { type Json, newId } from '../../src/domain/ids';
import { createRecorder, type EventTold } from '../../src/store/recorder';
import { MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, published, someone } from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase();
const recorder = () => createRecorder(database.db, SALES);

const told = (id: string, parts: Partial<EventTold> = {}): EventTold => ({
  contact: { id },
  type: 'page.viewed',
  at: MONDAY,
  idempotencyKey: newId(),
  ...parts,
});
const all = (events: readonly EventTold[]) => {
  const one = recorder();
  return Promise.all(
    events.map((event) =>
      one.record(event).then(
        ({ duplicate, pokes }) => ({ duplicate, pokes }),
        (error: { readonly code: string }) => error.code,
      ),
    ),
  );
};
const rowsOf = (contactId: string) =>
  database.db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });

test('events of many at once are all recorded, and those of one contact in their order', async () => {
  const people = [await someone(database.db), await someone(database.db), await someone(database.db)];
  const events = Array.from({ length: 60 }, (_, index) =>
    told(people[index % 3]?.contactId ?? '', { properties: { index } }),
  );
  expect(await all(events)).toEqual(events.map(() => ({ duplicate: false, pokes: [] })));
  for (const [place, { contactId }] of people.entries()) {
    const order = (await rowsOf(contactId)).map(({ properties }) => (properties as { readonly index: Json }).index);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => place + 3 * index));
  }
});

// INV-KEY-ONCE
test('a key has one effect, within a batch and over batches, and another body under it is refused', async () => {
  const [{ contactId }, other] = [await someone(database.db), await someone(database.db)];
  const key = newId();
  const same = told(contactId, { idempotencyKey: key });
  const answers = await all([same, same, told(other.contactId, { idempotencyKey: key }), same]);
  const kept = answers.filter((answer) => typeof answer === 'object' && !answer.duplicate);
  expect(kept).toHaveLength(1);
  expect(answers.filter((answer) => answer === 'VIV_IDEMPOTENCY_CONFLICT').length).toBeGreaterThanOrEqual(1);
  expect(await database.db.interaction.count({ where: { idempotencyKey: key } })).toBe(1);
});

test('whoever is not on record is refused alone, and so is an event that makes no sense', async () => {
  const people = [await someone(database.db), await someone(database.db)];
  const [first = { contactId: '' }, second = { contactId: '' }] = people;
  const answers = await all([
    told(first.contactId),
    told(newId()),
    told(second.contactId, { type: 'purchase', properties: { amount: 'much' } }),
    told('', { contact: { email: 'no\0body@example.test' } }),
  ]);
  expect(answers).toEqual([
    { duplicate: false, pokes: [] },
    'VIV_CONTACT_UNKNOWN',
    'VIV_BODY_INVALID',
    'VIV_CONTACT_UNKNOWN',
  ]);
  expect([await rowsOf(first.contactId), await rowsOf(second.contactId)].map(({ length }) => length)).toEqual([1, 0]);
});

test('a contact told by id and by address at once is one contact', async () => {
  const { contactId } = await someone(database.db);
  const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: contactId } });
  const byAddress = told(contactId, { contact: { email: ` ${email.toUpperCase()}` } });
  expect(await all([told(contactId), byAddress, told(contactId)])).toEqual(
    Array.from({ length: 3 }, () => ({ duplicate: false, pokes: [] })),
  );
  expect(await rowsOf(contactId)).toHaveLength(3);
});

test('in whatever company they come, events wake, score and enter as they do alone', async () => {
  const entered = `asked.${newId().replaceAll('-', '')}`;
  const waits = await published(database.db, {
    steps: [
      { id: 'look', type: 'waitFor', event: 'page.viewed', timeout: '9d', onEvent: 'done', onTimeout: 'done' },
      { id: 'done', type: 'end' },
    ],
  });
  await published(database.db, {
    enter: { on: entered },
    steps: [
      { id: 'rest', type: 'wait', for: '1d' },
      { id: 'done', type: 'end' },
    ],
  });
  const kinds = ['page.viewed', 'mail.clicked', 'nobody.cares', entered, 'mail.unsubscribed'];
  const effectsOf = async (contactId: string) => ({
    scores: (await database.db.scoreEntry.findMany({ where: { contactId }, orderBy: { seq: 'asc' } })).map(
      ({ rule, points }) => ({ rule, points }),
    ),
    decisions: (await database.db.decision.findMany({ where: { contactId }, orderBy: { seq: 'asc' } })).map(
      ({ kind, outcome, reason }) => ({ kind, outcome, reason }),
    ),
    journeys: await database.db.journey.count({ where: { contactId } }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...kinds), { minLength: 2, maxLength: 6 }), async (types) => {
      const pair = await Promise.all(
        types.map(async () => [await someone(database.db), await someone(database.db)] as const),
      );
      for (const who of pair.flat()) await aJourney(database.db, waits, { who });
      const eventsOf = (side: 0 | 1) => types.map((type, index) => told(pair[index]?.[side].contactId ?? '', { type }));
      const together = await all(eventsOf(0));
      const alone = [];
      for (const event of eventsOf(1)) alone.push(...(await all([event])));
      const shape = (answers: typeof together) =>
        answers.map((answer) => (typeof answer === 'string' ? answer : answer.pokes.length));
      expect(shape(together)).toEqual(shape(alone as typeof together));
      for (const [one, other] of pair) expect(await effectsOf(one.contactId)).toEqual(await effectsOf(other.contactId));
    }),
    { numRuns: 6 },
  );
});
