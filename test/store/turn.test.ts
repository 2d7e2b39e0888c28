import type { Turn } from '../../src/domain/journey/move';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { type TurnRequest, takeTurn } from '../../src/store/turn';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, anIncoming, aWaitFor, ENDS, interestsOf, later, published } from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase(10);
const take = (request: TurnRequest, deps = SALES): Promise<Turn> =>
  transaction(database.db, (tx) => takeTurn(tx, deps, request));
const rowOf = (id: string) => database.db.journey.findUniqueOrThrow({ where: { id } });
const decisionsOf = async (journeyId: string) => {
  const rows = await database.db.decision.findMany({ where: { journeyId }, orderBy: { seq: 'asc' } });
  return rows.map(({ kind, outcome }) => `${kind} ${outcome}`);
};

describe('a turn', () => {
  it('is answered the same when it is asked for again, and is recorded once', async () => {
    const { journeyId } = await aJourney(
      database.db,
      await published(database.db, { steps: [aWaitFor('page.viewed'), ...ENDS] }),
    );
    const request = { journeyId, turn: 1, now: later(2 * DAY) };
    const first = await take(request);
    const again = await take({ ...request, now: later(9 * DAY) });
    expect(first).toEqual({ turn: 2, move: { type: 'end', outcome: 'silent' } });
    expect(again).toEqual(first);
    expect((await decisionsOf(journeyId)).slice(1)).toEqual(['wait waits', 'branch timeout', 'end silent']);
    expect(await rowOf(journeyId)).toMatchObject({ turn: 2, endedAt: new Date(later(2 * DAY)) });
  });

  // INV-TURN-ONCE
  it('asked for ten times at once is recorded once, and everyone gets its answer', async () => {
    const { journeyId } = await aJourney(
      database.db,
      await published(database.db, { steps: [aWaitFor('page.viewed'), ...ENDS] }),
    );
    const request = { journeyId, turn: 1, now: later(2 * DAY) };
    const answers = await Promise.all(Array.from({ length: 10 }, () => take(request)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await rowOf(journeyId)).toMatchObject({ turn: 2 });
    expect(await decisionsOf(journeyId)).toHaveLength(4);
  });

  it('is refused when it is older or newer than the last', async () => {
    const { journeyId } = await aJourney(
      database.db,
      await published(database.db, { steps: [aWaitFor('page.viewed'), ...ENDS] }),
    );
    await take({ journeyId, turn: 1, now: MONDAY });
    await take({ journeyId, turn: 2, now: MONDAY });
    for (const turn of [0, 1, 4])
      await expect(take({ journeyId, turn, now: MONDAY })).rejects.toMatchObject({ code: 'VIV_TURN_STALE' });
    expect(await rowOf(journeyId)).toMatchObject({ turn: 3, status: 'running' });
  });

  it('of a journey that is not there is refused', async () => {
    const journeyId = '0193b6a0-0000-7000-8000-00000000dead';
    await expect(take({ journeyId, turn: 0, now: MONDAY })).rejects.toMatchObject({ code: 'VIV_JOURNEY_UNKNOWN' });
  });

  it('leaves nothing when its transaction fails', async () => {
    const { journeyId } = await aJourney(
      database.db,
      await published(database.db, { steps: [aWaitFor('page.viewed'), ...ENDS] }),
    );
    const [row, interests, decisions] = [
      await rowOf(journeyId),
      await interestsOf(database.db, journeyId),
      await decisionsOf(journeyId),
    ];
    const work = transaction(database.db, async (tx) => {
      await takeTurn(tx, SALES, { journeyId, turn: 1, now: later(2 * DAY) });
      throw new Error('the caller changes its mind');
    });
    await expect(work).rejects.toThrow('the caller changes its mind');
    expect([await rowOf(journeyId), await interestsOf(database.db, journeyId), await decisionsOf(journeyId)]).toEqual([
      row,
      interests,
      decisions,
    ]);
  });

  it('applies what an update sets, in its own transaction', async () => {
    const version = await published(database.db, {
      steps: [
        { id: 'mark', type: 'update', set: { plan: 'gold', size: null }, stage: 'mql' },
        { id: 'done', type: 'end' },
      ],
    });
    const { contactId, leadId } = await aJourney(database.db, version);
    const contact = await database.db.contact.findUniqueOrThrow({ where: { id: contactId } });
    expect(contact.attributes).toEqual({ plan: 'gold', size: null });
    expect(await database.db.lead.findUnique({ where: { id: leadId } })).toMatchObject({ stage: 'mql' });
  });

  it('tells a rehearsal when its recipient does something next, and nobody else', async () => {
    const version = await published(database.db, { steps: [aWaitFor('page.viewed'), ...ENDS] });
    const { journeyId, contactId } = await aJourney(database.db, version);
    const asked: string[] = [];
    const reactions = {
      afterMail: async () => undefined,
      afterOffer: async () => undefined,
      afterTask: async () => undefined,
      answerOf: () => ({ status: 200, body: {} }),
      nextAt: async (_tx: unknown, id: string) => {
        asked.push(id);
        return later(5);
      },
    };
    const request = { journeyId, turn: 1, now: MONDAY };
    expect(await take(request, { ...SALES, reactions })).toMatchObject({ nextScriptedAt: later(5) });
    expect(await take(request)).not.toHaveProperty('nextScriptedAt');
    expect(asked).toEqual([contactId]);
  });
});

describe('a journey’s row', () => {
  it('says where it is, when it goes on, and how it ended', async () => {
    const version = await published(database.db, {
      steps: [
        { id: 'pause', type: 'wait', for: '1d' },
        { id: 'sell', type: 'handoff', sla: '1d', onExpired: 'late' },
        { id: 'late', type: 'end', outcome: 'nobody-answered' },
      ],
    });
    const { journeyId } = await aJourney(database.db, version);
    expect(await rowOf(journeyId)).toMatchObject({
      status: 'running',
      stepId: 'pause',
      dueAt: new Date(later(DAY)),
      turn: 1,
    });
    await take({ journeyId, turn: 1, now: later(DAY) });
    expect(await rowOf(journeyId)).toMatchObject({ status: 'running', stepId: 'sell', dueAt: null, endedAt: null });
    const outcome = { effect: 'handoff', status: 'expired', reason: 'silence' } as const;
    await take({ journeyId, turn: 2, now: later(3 * DAY), outcome });
    const end = {
      status: 'ended',
      outcome: 'nobody-answered',
      reason: 'reached late',
      endedAt: new Date(later(3 * DAY)),
    };
    expect(await rowOf(journeyId)).toMatchObject({ ...end, stepId: 'sell', dueAt: null });
  });
});

describe('interests', () => {
  const rules = {
    goal: { name: 'bought', on: 'purchase' },
    exits: [
      { name: 'unsubscribed', on: 'mail.unsubscribed' },
      { name: 'lost', when: { fact: 'lead.stage', is: 'lost' } },
    ],
  };
  const lasting = [
    { eventType: '*', kind: 'condition' },
    { eventType: 'mail.unsubscribed', kind: 'exit' },
    { eventType: 'purchase', kind: 'goal' },
  ];

  it('are those of the goal, the exits and the wait that begins; those of the wait go with it, all go at the end', async () => {
    const version = await published(database.db, {
      ...rules,
      steps: [
        { id: 'first', type: 'waitFor', event: ['page.viewed', 'mail.clicked'], timeout: '1d' },
        { id: 'second', type: 'waitFor', event: 'call.requested', timeout: '1d' },
        { id: 'pause', type: 'wait', for: '1d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { journeyId } = await aJourney(database.db, version);
    const waits = (...types: readonly string[]) => types.map((eventType) => ({ eventType, kind: 'wait' }));
    expect(await interestsOf(database.db, journeyId)).toEqual([...lasting, ...waits('mail.clicked', 'page.viewed')]);
    await take({ journeyId, turn: 1, now: later(DAY) });
    expect(await interestsOf(database.db, journeyId)).toEqual([...lasting, ...waits('call.requested')]);
    await take({ journeyId, turn: 2, now: later(2 * DAY) });
    expect(await interestsOf(database.db, journeyId)).toEqual(lasting);
    await take({ journeyId, turn: 3, now: later(3 * DAY) });
    expect(await interestsOf(database.db, journeyId)).toEqual([]);
  });

  it('are gone when the goal ends the journey', async () => {
    const version = await published(database.db, { ...rules, steps: [aWaitFor('page.viewed'), ...ENDS] });
    const { journeyId, contactId } = await aJourney(database.db, version);
    await ingest(
      database.db,
      SALES,
      anIncoming(contactId, 'purchase', { properties: { reference: journeyId, amount: 5 } }),
    );
    expect(await take({ journeyId, turn: 1, now: MONDAY })).toMatchObject({ move: { type: 'end', outcome: 'goal' } });
    expect(await interestsOf(database.db, journeyId)).toEqual([]);
  });
});
