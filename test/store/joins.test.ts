import { newId } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { failJourney } from '../../src/store/fail-journey';
import { ingest } from '../../src/store/ingest';
import type { SequenceVersion } from '../../src/store/sequences';
import { takeTurn } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, anIncoming, aWaitFor, ENDS, jobsIn, later, pokesIn, published } from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase();
const named = (prefix: string) => `${prefix}-${newId()}`;
const take = (journeyId: string, turn: number, now: number) =>
  transaction(database.db, (tx) => takeTurn(tx, SALES, { journeyId, turn, now }));
const rowOf = (id: string) => database.db.journey.findUniqueOrThrow({ where: { id } });
const joinedBy = (journeyId: string) => database.db.journey.findFirst({ where: { parentId: journeyId } });
const decisionsOf = async (journeyId: string, kind: string) => {
  const rows = await database.db.decision.findMany({ where: { journeyId, kind }, orderBy: { seq: 'asc' } });
  return rows.map(({ outcome, reason }) => [outcome, reason]);
};
const endedOf = (journeyId: string) =>
  database.db.interaction.findMany({ where: { journeyId, type: 'journey.ended' } });

const inner = () => published(database.db, { steps: [aWaitFor('page.viewed'), ...ENDS] });
const outer = (sequence: string, parts: object = {}) =>
  published(database.db, {
    steps: [
      { id: 'welcome', type: 'join', sequence, wait: true, outcomes: { came: 'glad', refused: 'no' }, ...parts },
      { id: 'other', type: 'end', outcome: 'other' },
      { id: 'glad', type: 'end', outcome: 'glad' },
      { id: 'no', type: 'end', outcome: 'no' },
      { id: 'late', type: 'end', outcome: 'late' },
    ],
  });
const joined = async (version: SequenceVersion) => {
  const parent = await aJourney(database.db, version);
  const child = await joinedBy(parent.journeyId);
  if (!child) throw new Error('it has joined nothing');
  return { ...parent, child };
};

describe('a join that waits', () => {
  it('enters the newest version with the same lead, in the same transaction, and says from where', async () => {
    const { sequence } = await inner();
    const { journeyId, leadId, child } = await joined(await outer(sequence));
    const { parentId, joinId, status } = child;
    expect({ ...child, parentId, status }).toMatchObject({ sequence, leadId, parentId: journeyId, status: 'running' });
    expect(joinId).not.toBeNull();
    const parent = await rowOf(journeyId);
    expect(await decisionsOf(child.id, 'enter')).toEqual([
      [`${sequence} entered`, `step welcome of sequence ${parent.sequence}; version 1`],
    ]);
    const jobs = await jobsIn(database.db);
    expect(jobs.filter(({ payload }) => payload.journeyId === child.id)).toMatchObject([{ task: 'start_journey' }]);
    expect(parent).toMatchObject({ stepId: 'welcome', status: 'running' });
  });

  it('goes on by the outcome when that journey has ended, woken in the transaction that ends it', async () => {
    const { sequence } = await inner();
    const { journeyId, contactId, leadId, child } = await joined(await outer(sequence));
    await ingest(database.db, SALES, anIncoming(contactId, 'page.viewed', { at: later(HOUR) }));
    expect(await pokesIn(database.db)).not.toContain(`journey:${journeyId}`);
    await take(child.id, 1, later(HOUR));
    expect(await endedOf(journeyId)).toMatchObject([
      { contactId, leadId, at: new Date(later(HOUR)), properties: { joinId: child.joinId, outcome: 'came', sequence } },
    ]);
    expect(await pokesIn(database.db)).toContain(`journey:${journeyId}`);
    expect(await take(journeyId, 1, later(HOUR))).toMatchObject({ move: { outcome: 'glad' } });
    expect(await decisionsOf(journeyId, 'join')).toEqual([['came', `${sequence} ended: came`]]);
  });

  it('goes on when that journey has failed', async () => {
    const { sequence } = await inner();
    const { journeyId, child } = await joined(await outer(sequence));
    const failing = { journeyId: child.id, now: later(HOUR), code: 'VIV_X' };
    await transaction(database.db, (tx) => failJourney(tx, SALES, failing));
    expect(await take(journeyId, 1, later(HOUR))).toMatchObject({ move: { outcome: 'other' } });
  });

  it('is told at once by a journey that ends with its first turn', async () => {
    const { sequence } = await published(database.db, { steps: [{ id: 'came', type: 'end', outcome: 'came' }] });
    const { journeyId } = await aJourney(database.db, await outer(sequence));
    expect(await pokesIn(database.db)).toContain(`journey:${journeyId}`);
    expect(await take(journeyId, 1, later(1))).toMatchObject({ move: { outcome: 'glad' } });
  });

  it('gives up at its timeout; the other journey goes on, and its end moves nobody', async () => {
    const { sequence } = await inner();
    const { journeyId, child } = await joined(await outer(sequence, { timeout: '1d', onTimeout: 'late' }));
    expect(await take(journeyId, 1, later(DAY))).toMatchObject({ move: { outcome: 'late' } });
    expect(await rowOf(child.id)).toMatchObject({ status: 'running' });
    await take(child.id, 1, later(2 * DAY));
    expect(await endedOf(journeyId)).toHaveLength(1);
    expect(await pokesIn(database.db)).not.toContain(`journey:${journeyId}`);
  });
});

describe('a join that is refused', () => {
  it.each([
    ['by the rules of re-entry', 'the contact is no client, and the sequence is for clients', 'client'],
    ['because nothing of that name is published', 'no such sequence is published', null],
  ])('%s is told at once, with a decision', async (_, reason, audience) => {
    const sequence = audience
      ? (await published(database.db, { audience, steps: [{ id: 'done', type: 'end' }] })).sequence
      : named('nowhere');
    const { journeyId } = await aJourney(database.db, await outer(sequence));
    expect(await joinedBy(journeyId)).toBeNull();
    expect(await decisionsOf(journeyId, 'join')).toEqual([['refused', `${sequence}: ${reason}`]]);
    expect(await take(journeyId, 1, later(1))).toMatchObject({ move: { outcome: 'no' } });
  });

  it('without a wait leaves the journey on its way', async () => {
    const version = await published(database.db, {
      steps: [
        { id: 'join', type: 'join', sequence: named('nowhere') },
        { id: 'done', type: 'end' },
      ],
    });
    const { journeyId } = await aJourney(database.db, version);
    expect(await rowOf(journeyId)).toMatchObject({ status: 'ended', outcome: 'completed' });
    expect(await decisionsOf(journeyId, 'join')).toMatchObject([
      ['entered', expect.anything()],
      ['refused', expect.anything()],
    ]);
  });
});

describe('sequences that join each other', () => {
  const circle = async (first: string, second: string, parts: object) => {
    for (const [sequence, other] of [
      [first, second],
      [second, first],
    ])
      await published(database.db, {
        sequence,
        reenter: 'always',
        steps: [
          { id: 'join', type: 'join', sequence: other, ...parts },
          { id: 'done', type: 'end' },
        ],
      });
  };

  it('without end are stopped after ten within a day', async () => {
    const [first, second] = [named('a'), named('b')];
    await circle(first, second, {});
    const version = await published(database.db, {
      steps: [
        { id: 'join', type: 'join', sequence: first },
        { id: 'done', type: 'end' },
      ],
    });
    const { contactId } = await aJourney(database.db, version);
    expect(await database.db.journey.count({ where: { contactId } })).toBe(10);
    const { reason } = await database.db.decision.findFirstOrThrow({
      where: { contactId, kind: 'join', outcome: 'refused' },
    });
    expect(reason).toContain('10 journeys have entered each other within a day');
  });

  it('and wait are refused at once: nobody is in a sequence twice at a time', async () => {
    const [first, second] = [named('a'), named('b')];
    await circle(first, second, { wait: true });
    const version = await published(database.db, {
      steps: [
        { id: 'join', type: 'join', sequence: first, wait: true },
        { id: 'done', type: 'end' },
      ],
    });
    const { contactId } = await aJourney(database.db, version);
    expect(await database.db.journey.count({ where: { contactId } })).toBe(3);
    expect(await database.db.decision.count({ where: { contactId, kind: 'join', outcome: 'refused' } })).toBe(1);
  });
});

test('the first turn asked for again joins nothing twice', async () => {
  const { sequence } = await inner();
  const { journeyId } = await joined(await outer(sequence));
  await take(journeyId, 0, MONDAY);
  expect(await database.db.journey.count({ where: { parentId: journeyId } })).toBe(1);
});
