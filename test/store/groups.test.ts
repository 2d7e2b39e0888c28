import fc from 'fast-check';
import { newId } from '../../src/domain/ids';
import { type Tx, transaction } from '../../src/store/db';
import { type Enrolled, enrol } from '../../src/store/enrol';
import { failJourney } from '../../src/store/fail-journey';
import { ingest } from '../../src/store/ingest';
import type { SequenceVersion } from '../../src/store/sequences';
import { sweepWaiting } from '../../src/store/sweep-waiting';
import { takeTurn } from '../../src/store/turn';
import { listWaiting } from '../../src/store/waiting';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { guardGroup, ofGroup } from '../support/groups';
import {
  anIncoming,
  aWaitFor,
  ENDS,
  enrolled,
  interestsOf,
  jobsIn,
  later,
  pokesIn,
  published,
  type Someone,
  someone,
} from '../support/journeys';
import { withoutLocks } from '../support/race';
import { SALES } from '../support/sales';

const database = testDatabase(20);
/** Where every transaction is looked at. */
const guarded = testDatabase(20);
beforeAll(() => guardGroup(guarded.db));

async function idOf(answer: Promise<Enrolled>): Promise<string> {
  const enrolment = await answer;
  if (enrolment.type === 'refused') throw new Error(enrolment.reason);
  return enrolment.journeyId;
}
const enter = (who: Someone, version: SequenceVersion, parts: object = {}) =>
  idOf(enrolled(database.db, { ...who, version, ...parts }));
const rowOf = (id: string) => database.db.journey.findUniqueOrThrow({ where: { id } });
const take = (journeyId: string, turn: number, now: number) =>
  transaction(database.db, (tx) => takeTurn(tx, SALES, { journeyId, turn, now }));
/** Lets the wait of a journey run out. */
const finish = async (journeyId: string, now = later(DAY)) => take(journeyId, (await rowOf(journeyId)).turn, now);
const decisionsOf = async ({ contactId }: Someone) => {
  const rows = await database.db.decision.findMany({
    where: { contactId, kind: { in: ['enter', 'end'] } },
    orderBy: { seq: 'asc' },
  });
  return rows.map(({ outcome, reason }) => `${outcome}: ${reason}`);
};
const underWay = async ({ contactId }: Someone, db = database.db) => {
  const rows = await db.journey.findMany({ where: { contactId, status: 'running' } });
  return rows.map(({ id }) => id);
};
const waitingOf = async ({ contactId }: Someone) => {
  const { waiting } = await listWaiting(database.db, { contactId, limit: 50, offset: 0 });
  return waiting.map(({ id }) => id);
};

describe('an entry beside another of its group', () => {
  it('waits, says for whom, and enters with the turn that ends the other', async () => {
    const who = await someone(database.db);
    const [autumn, spring] = [await ofGroup(database.db), await ofGroup(database.db, { priority: 7, atMost: '30d' })];
    const first = await enter(who, autumn);
    const cause = newId();
    const second = await enrolled(database.db, { ...who, version: spring, cause, now: later(HOUR) });
    const reason = `waits for ${autumn.sequence}, which is under way in the group offers`;
    expect(second).toEqual({ type: 'waits', journeyId: expect.any(String), reason });
    const { waiting } = await listWaiting(database.db, { contactId: who.contactId, limit: 50, offset: 0 });
    expect(waiting).toMatchObject([
      {
        sequence: spring.sequence,
        group: 'offers',
        priority: 7,
        reason,
        since: later(HOUR),
        until: later(HOUR + 30 * DAY),
      },
    ]);
    expect(await enrolled(database.db, { ...who, version: spring, cause })).toEqual(second);
    expect(await enrolled(database.db, { ...who, version: spring })).toEqual({
      type: 'refused',
      reason: 'already waits to enter it',
    });
    expect(await underWay(who)).toEqual([first]);

    await finish(first);
    const [entered = ''] = await underWay(who);
    expect(second).toMatchObject({ journeyId: entered });
    expect(await rowOf(entered)).toMatchObject({ sequence: spring.sequence, enteredAt: new Date(later(DAY)), turn: 1 });
    expect(await waitingOf(who)).toEqual([]);
    expect(await decisionsOf(who)).toEqual([
      `${autumn.sequence} entered: by hand; version 1`,
      `${spring.sequence} waits: by hand; ${reason}`,
      `${spring.sequence} refused: already waits to enter it`,
      'silent: reached silent',
      `${spring.sequence} entered: by hand; has waited; version 1`,
    ]);
    const starts = (await jobsIn(database.db)).filter(({ payload }) => payload.journeyId === entered);
    expect(starts).toHaveLength(1);
  });

  it('is let in by priority, then by age, one at a time', async () => {
    const who = await someone(database.db);
    const order = [
      { version: await ofGroup(database.db), since: 0 },
      { version: await ofGroup(database.db, { priority: 1 }), since: 1 },
      { version: await ofGroup(database.db, { priority: 5 }), since: 3 },
      { version: await ofGroup(database.db, { priority: 5 }), since: 2 },
    ];
    for (const { version, since } of order) await enter(who, version, { now: later(since * HOUR) });
    const entered: (string | undefined)[] = [];
    for (let day = 1; day <= order.length; day += 1) {
      const [running = ''] = await underWay(who);
      entered.push((await rowOf(running)).sequence);
      await finish(running, later(day * 2 * DAY));
    }
    expect(entered).toEqual([order[0], order[3], order[2], order[1]].map((one) => one?.version.sequence));
    expect(await underWay(who)).toEqual([]);
  });

  it('gives way when it says so, and leaves nothing but the decision', async () => {
    const who = await someone(database.db);
    const [autumn, spring] = [await ofGroup(database.db), await ofGroup(database.db, { whenBusy: 'drop' })];
    await enter(who, autumn);
    const reason = `gives way to ${autumn.sequence}, which is under way in the group offers`;
    expect(await enrolled(database.db, { ...who, version: spring })).toEqual({ type: 'refused', reason });
    expect(await waitingOf(who)).toEqual([]);
  });

  it('of another group, of another contact, or of none, does not matter', async () => {
    const [who, another] = [await someone(database.db), await someone(database.db)];
    const version = await ofGroup(database.db);
    const others = [
      await ofGroup(database.db, { group: 'news' }),
      await ofGroup(database.db, {}, { exclusive: undefined }),
    ];
    await enter(who, version);
    for (const other of others)
      expect(await enrolled(database.db, { ...who, version: other })).toMatchObject({ type: 'entered' });
    expect(await enrolled(database.db, { ...another, version })).toMatchObject({ type: 'entered' });
  });

  it('of its own sequence waits as well, one for each key', async () => {
    const who = await someone(database.db);
    await ofGroup(database.db, {}, { enter: { on: 'order.placed' }, reenter: { perKey: 'orderId' } });
    const order = (orderId: string) =>
      ingest(database.db, SALES, anIncoming(who.contactId, 'order.placed', { properties: { orderId } }));
    for (const orderId of ['A', 'B', 'B', 'C']) await order(orderId);
    expect(await waitingOf(who)).toHaveLength(2);
    const keys: (string | null)[] = [];
    for (let day = 1; day <= 3; day += 1) {
      const [running = ''] = await underWay(who);
      keys.push((await rowOf(running)).entryKey);
      await finish(running, later(day * 2 * DAY));
    }
    expect(keys).toEqual(['A', 'B', 'C']);
  });
});

describe('an entry that has waited', () => {
  it('is asked again: who no longer may is dropped with the reason, and the next enters', async () => {
    const who = await someone(database.db);
    const where = { fact: 'lead.grade', is: 'D' };
    const wanting = await ofGroup(database.db, { priority: 9 }, { enter: { on: 'demo.asked', where } });
    const [autumn, next] = [await ofGroup(database.db), await ofGroup(database.db)];
    const first = await enter(who, autumn);
    await ingest(database.db, SALES, anIncoming(who.contactId, 'demo.asked'));
    await enter(who, next);
    expect(await waitingOf(who)).toHaveLength(2);
    await database.db.lead.update({ where: { id: who.leadId }, data: { grade: 'A' } });
    await finish(first);
    const [running = ''] = await underWay(who);
    expect(await rowOf(running)).toMatchObject({ sequence: next.sequence });
    expect(await decisionsOf(who)).toContain(
      `${wanting.sequence} refused: what the sequence asks of who enters no longer holds`,
    );
  });

  it('enters the newest version, and waits on if that is of a group that is busy', async () => {
    const who = await someone(database.db);
    const [autumn, news] = [await ofGroup(database.db), await ofGroup(database.db, { group: 'news' })];
    const waiting = await ofGroup(database.db);
    const first = await enter(who, autumn);
    await enter(who, news);
    const id = await enter(who, waiting);
    await ofGroup(database.db, { group: 'news' }, { sequence: waiting.sequence });
    await finish(first);
    const { waiting: rows } = await listWaiting(database.db, { contactId: who.contactId, limit: 9, offset: 0 });
    expect(rows).toMatchObject([{ id, group: 'news' }]);
  });

  it('as long as it may is dropped: when its turn comes, or by the sweep', async () => {
    const reason = 'has waited for its group as long as the sequence lets it';
    const version = await ofGroup(database.db, { atMost: '2h' });
    const [autumn, who, other] = [await ofGroup(database.db), await someone(database.db), await someone(database.db)];
    const first = await enter(who, autumn);
    await enter(who, version);
    await finish(first);
    await enter(other, autumn);
    await enter(other, version);
    await sweepWaiting(database.db, SALES, { now: later(2 * HOUR - 1) });
    expect(await waitingOf(other)).toHaveLength(1);
    await sweepWaiting(database.db, SALES, { now: later(2 * HOUR) });
    for (const one of [who, other]) {
      expect(await waitingOf(one)).toEqual([]);
      expect((await decisionsOf(one)).at(-1)).toBe(`${version.sequence} refused: ${reason}`);
    }
    expect(await underWay(who)).toEqual([]);
  });

  it('and is dropped is told to the journey whose step waits for its end', async () => {
    const who = await someone(database.db);
    const waits = { steps: [aWaitFor('journey.ended', '9d'), ...ENDS] };
    const parent = await enter(who, await published(database.db, waits));
    const first = await enter(who, await ofGroup(database.db));
    const version = await ofGroup(database.db, { atMost: '2h' });
    const joinId = newId();
    await enter(who, version, { parent: { journeyId: parent, joinId } });
    expect(await waitingOf(who)).toHaveLength(1);
    await finish(first);
    const where = { contactId: who.contactId, type: 'journey.ended', properties: { path: ['joinId'], equals: joinId } };
    const told = await database.db.interaction.findMany({ where });
    expect(told).toMatchObject([
      { journeyId: parent, properties: { joinId, sequence: version.sequence, outcome: 'refused' } },
    ]);
    expect(await pokesIn(database.db)).toContain(`journey:${parent}`);
  });

  it('enters when the other fails, too', async () => {
    const who = await someone(database.db);
    const first = await enter(who, await ofGroup(database.db));
    const second = await enter(who, await ofGroup(database.db));
    await transaction(database.db, (tx) =>
      failJourney(tx, SALES, { journeyId: first, now: later(HOUR), code: 'VIV_UNEXPECTED' }),
    );
    expect(await underWay(who)).toEqual([second]);
  });

  it('and ends with its first turn lets the next in at once', async () => {
    const who = await someone(database.db);
    const short = { steps: [{ id: 'done', type: 'end' }] };
    const first = await enter(who, await ofGroup(database.db));
    const brief = [await ofGroup(database.db, {}, short), await ofGroup(database.db, {}, short)];
    for (const version of brief) await enter(who, version);
    const last = await enter(who, await ofGroup(database.db));
    await finish(first);
    expect(await underWay(who)).toEqual([last]);
    expect(await database.db.journey.count({ where: { contactId: who.contactId } })).toBe(4);
  });

  it('is let in by the sweep if its group came to rest unseen', async () => {
    const who = await someone(database.db);
    const first = await enter(who, await ofGroup(database.db));
    const second = await enter(who, await ofGroup(database.db));
    await database.db.journey.update({ where: { id: first }, data: { status: 'ended' } });
    await sweepWaiting(database.db, SALES, { now: later(HOUR) });
    expect(await underWay(who)).toEqual([second]);
  });
});

describe('an entry that takes over', () => {
  const takingOver = (priority: number) => ofGroup(database.db, { priority, whenBusy: 'takeOver' });

  it('ends the other, with a decision on both, and wakes its workflow', async () => {
    const who = await someone(database.db);
    const [autumn, spring] = [await ofGroup(database.db, { priority: 5 }), await takingOver(5)];
    const first = await enter(who, autumn);
    const second = await enter(who, spring, { now: later(HOUR) });
    expect(await underWay(who)).toEqual([second]);
    const reason = `${spring.sequence} takes over in the group offers`;
    expect(await rowOf(first)).toMatchObject({
      status: 'ended',
      outcome: 'taken-over',
      reason,
      turn: 2,
      endedAt: new Date(later(HOUR)),
    });
    expect(await interestsOf(database.db, first)).toEqual([]);
    expect(await pokesIn(database.db)).toContain(`journey:${first}`);
    expect(await decisionsOf(who)).toEqual([
      `${autumn.sequence} entered: by hand; version 1`,
      `taken-over: ${reason}`,
      `${spring.sequence} entered: by hand; takes over from ${autumn.sequence} (priority 5) with priority 5; version 1`,
    ]);
  });

  it('waits for one of a higher priority', async () => {
    const who = await someone(database.db);
    const first = await enter(who, await ofGroup(database.db, { priority: 6 }));
    expect(await enrolled(database.db, { ...who, version: await takingOver(5) })).toMatchObject({ type: 'waits' });
    expect(await underWay(who)).toEqual([first]);
  });

  it('leaves those who wait waiting, until it ends itself', async () => {
    const who = await someone(database.db);
    await enter(who, await ofGroup(database.db));
    const waiting = await enter(who, await ofGroup(database.db));
    const second = await enter(who, await takingOver(1));
    expect(await waitingOf(who)).toEqual([waiting]);
    await finish(second);
    expect(await underWay(who)).toEqual([waiting]);
  });

  it('is answered by the end of the other, whichever turn its workflow asks with', async () => {
    const who = await someone(database.db);
    const first = await enter(who, await ofGroup(database.db));
    await take(first, 1, later(HOUR)); // whose answer the workflow has not heard of
    await enter(who, await takingOver(1));
    const end = { turn: 3, move: { type: 'end', outcome: 'taken-over' } };
    for (const turn of [1, 2, 3]) expect(await take(first, turn, later(2 * HOUR))).toEqual(end);
    await expect(take(first, 4, later(2 * HOUR))).rejects.toMatchObject({ code: 'VIV_TURN_STALE' });
    expect(await rowOf(first)).toMatchObject({ turn: 3 });
  });
});

/** What happens to one contact at once. */
const crowd = fc.record({
  rules: fc.array(
    fc.record({ priority: fc.integer({ min: 0, max: 2 }), whenBusy: fc.constantFrom('wait', 'drop', 'takeOver') }),
    { minLength: 2, maxLength: 4 },
  ),
  happenings: fc.array(fc.oneof(fc.constant('end' as const), fc.nat({ max: 3 })), { minLength: 6, maxLength: 16 }),
});

describe('whatever comes at once to one contact', () => {
  const versions = new Map<string, Promise<SequenceVersion>>();
  const versionOf = (rule: object, index: number) => {
    const name = JSON.stringify([rule, index]);
    const known = versions.get(name) ?? ofGroup(guarded.db, rule);
    versions.set(name, known);
    return known;
  };
  const endOne = (who: Someone, now: number) =>
    transaction(guarded.db, async (tx) => {
      const [row] = await tx.$queryRaw<{ id: string; turn: number }[]>`
        SELECT id, turn FROM journey WHERE contact_id = ${who.contactId}::uuid AND status = 'running' LIMIT 1`;
      if (row) await takeTurn(tx, SALES, { journeyId: row.id, turn: row.turn, now });
    });

  // INV-ONE-OF-GROUP
  test('one of the group is under way at most, after every transaction, and while someone waits one is', async () => {
    await fc.assert(
      fc.asyncProperty(crowd, async ({ rules, happenings }) => {
        const who = await someone(guarded.db);
        const group = await Promise.all(rules.map(versionOf));
        const work = happenings.map(async (happening, index) => {
          const version = happening === 'end' ? undefined : group[happening % group.length];
          if (version) await enrolled(guarded.db, { ...who, version, now: later(index) });
          else await endOne(who, later((index + 1) * 2 * DAY)).catch(staleIsFine);
        });
        await Promise.all(work);
        const [running, waits] = [
          await underWay(who, guarded.db),
          await guarded.db.waiting.count({ where: { contactId: who.contactId } }),
        ];
        expect(running.length).toBeLessThanOrEqual(1);
        if (waits > 0) expect(running).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  /** Two that end the same journey at once: the second finds a later turn. */
  const staleIsFine = (error: unknown) => {
    if ((error as { code?: unknown }).code !== 'VIV_TURN_STALE') throw error;
  };

  test('without the lock on the contact two are, so the test above can fail', async () => {
    const group = await Promise.all(Array.from({ length: 4 }, () => ofGroup(database.db, { whenBusy: 'drop' })));
    let most = 0;
    for (let round = 0; round < 40 && most < 2; round += 1) {
      const who = await someone(database.db);
      const unlocked = (version: SequenceVersion) =>
        transaction(database.db, (tx: Tx) =>
          enrol(withoutLocks(tx), SALES, { ...who, version, now: MONDAY, origin: 'by hand', cause: newId() }),
        );
      await Promise.all(group.map(unlocked));
      most = (await underWay(who)).length;
    }
    expect(most).toBeGreaterThan(1);
  });
});
