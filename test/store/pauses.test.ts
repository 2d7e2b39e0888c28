import { newId } from '../../src/domain/ids';
import type { PauseMode } from '../../src/domain/pause/pause';
import { waitUntil } from '../../src/runtime/processes';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { readJourney } from '../../src/store/journeys';
import {
  beginPause,
  confirmHold,
  countConcerned,
  lastingPauses,
  listPauses,
  type PauseTarget,
} from '../../src/store/pauses';
import { endPause } from '../../src/store/resume';
import type { SequenceVersion } from '../../src/store/sequences';
import { factsFor, takeTurn } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { counted } from '../support/counted';
import { testDatabase } from '../support/database';
import {
  aJourney,
  anIncoming,
  aTwoDayWait,
  aWaitFor,
  ENDS,
  later,
  pokesIn,
  published,
  someone,
} from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase(10);
const EVERYTHING: PauseTarget = { type: 'everything' };
const begin = (target: PauseTarget, mode: PauseMode = 'freeze', now = MONDAY) =>
  beginPause(database.db, { target, mode, reason: 'prices are wrong', by: 'ana', now });
const resume = (pauseId: string, parts: { readonly now?: number; readonly perMinute?: number } = {}) =>
  endPause(database.db, { pauseId, by: 'rui', now: later(5 * DAY), perMinute: 60, ...parts });
const sequenceOf = ({ sequence }: SequenceVersion): PauseTarget => ({ type: 'sequence', sequence });
const take = (journeyId: string, turn: number, now: number) =>
  transaction(database.db, (tx) => takeTurn(tx, SALES, { journeyId, turn, now }));
const rowOf = (id: string) => database.db.journey.findUniqueOrThrow({ where: { id } });
const pausesSeen = (journeyId: string, now: number) =>
  transaction(database.db, async (tx) => {
    const journey = await readJourney(tx, journeyId);
    return (await factsFor(tx, SALES, { journey, now })).pauses;
  });
const told = async (journeyId: string) => {
  const rows = await database.db.decision.findMany({ where: { journeyId, kind: 'pause' }, orderBy: { seq: 'asc' } });
  return rows.map(({ outcome, reason, at }) => `${(at.getTime() - MONDAY) / HOUR}h ${outcome}: ${reason}`);
};
const aWait = () => aTwoDayWait(database.db);

afterEach(async () => {
  await database.db.pause.deleteMany();
  await database.db.$executeRaw`DELETE FROM graphile_worker._private_jobs`;
});

describe('a pause', () => {
  it('is on record with what it stops, why and by whom', async () => {
    const version = await aWait();
    const who = await someone(database.db);
    const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: who.contactId } });
    const one = await begin({ type: 'contact', contactId: who.contactId }, 'elapse', later(HOUR));
    const two = await begin(sequenceOf(version), 'skip', later(2 * HOUR));
    const common = {
      reason: 'prices are wrong',
      begunBy: 'ana',
      endedBy: null,
      endedAt: null,
      held: 0,
      wakesTill: null,
    };
    expect(await listPauses(database.db, { all: false })).toEqual([
      {
        ...common,
        id: two.pause.id,
        mode: 'skip',
        scope: `sequence ${version.sequence}`,
        sequence: version.sequence,
        contact: null,
        since: later(2 * HOUR),
      },
      {
        ...common,
        id: one.pause.id,
        mode: 'elapse',
        scope: 'contact',
        sequence: null,
        contact: email,
        since: later(HOUR),
      },
    ]);
    await resume(one.pause.id);
    expect(await listPauses(database.db, { all: false })).toMatchObject([{ id: two.pause.id }]);
    expect(await listPauses(database.db, { all: true })).toMatchObject([
      { id: two.pause.id },
      { id: one.pause.id, endedAt: later(5 * DAY), endedBy: 'rui' },
    ]);
  });

  it('that lasts is not begun a second time, however many begin it at once; one of another mode is another', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => begin(EVERYTHING)));
    expect(new Set(answers.map(({ pause }) => pause.id)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect((await begin(EVERYTHING, 'skip')).isNew).toBe(true);
    expect(await lastingPauses(database.db, EVERYTHING, 'everything')).toHaveLength(2);
  });

  it('of a sequence that is not published, and the end of one that is not there, are refused', async () => {
    const nobody = { type: 'sequence', sequence: 'nobody-knows' } as const;
    await expect(begin(nobody)).rejects.toMatchObject({ code: 'VIV_SEQUENCE_UNKNOWN' });
    await expect(resume(newId())).rejects.toMatchObject({ code: 'VIV_PAUSE_UNKNOWN' });
    await expect(lastingPauses(database.db, EVERYTHING, 'everything')).rejects.toMatchObject({
      code: 'VIV_PAUSE_UNKNOWN',
      message: 'No pause of everything lasts or is on record. List them: viveiro pause list --all.',
    });
    expect(await listPauses(database.db, { all: true })).toEqual([]);
  });

  it('concerns the journeys under way of its target', async () => {
    const version = await aWait();
    const { contactId } = await aJourney(database.db, version);
    await aJourney(database.db, version);
    await aJourney(database.db, await aWait(), { who: { contactId, leadId: await leadOf(contactId) } });
    expect(await countConcerned(database.db, sequenceOf(version))).toBe(2);
    expect(await countConcerned(database.db, { type: 'contact', contactId })).toBe(2);
    const running = await database.db.journey.count({ where: { status: 'running' } });
    expect(await countConcerned(database.db, EVERYTHING)).toBe(running);
  });

  const leadOf = async (contactId: string) => (await database.db.lead.findFirstOrThrow({ where: { contactId } })).id;
});

describe('the facts of a journey', () => {
  it('tell pauses of everything, of its sequence and of its contact, and no others', async () => {
    const version = await aWait();
    const { journeyId, contactId } = await aJourney(database.db, version);
    await begin({ type: 'contact', contactId: (await someone(database.db)).contactId });
    await begin(sequenceOf(await aWait()));
    const mine: PauseTarget[] = [EVERYTHING, sequenceOf(version), { type: 'contact', contactId }];
    for (const [index, target] of mine.entries()) await begin(target, 'elapse', later(index + 1));
    const of = { mode: 'elapse', reason: 'prices are wrong', endedAt: null };
    expect(await pausesSeen(journeyId, later(DAY))).toMatchObject([
      { ...of, scope: 'everything', since: later(1) },
      { ...of, scope: `sequence ${version.sequence}`, since: later(2) },
      { ...of, scope: 'contact', since: later(3) },
    ]);
  });

  it('tell those that ended since its wait began, and none from before', async () => {
    const early = await begin(EVERYTHING, 'freeze', later(-2 * DAY));
    await resume(early.pause.id, { now: later(-DAY) });
    const { journeyId } = await aJourney(database.db, await aWait());
    const { pause } = await begin(EVERYTHING, 'freeze', later(HOUR));
    await resume(pause.id, { now: later(4 * HOUR) });
    expect(await pausesSeen(journeyId, later(DAY))).toMatchObject([{ id: pause.id, endedAt: later(4 * HOUR) }]);
  });

  it('cost no statement more', async () => {
    const statements = async () => {
      const { journeyId } = await aJourney(database.db, await aWait());
      const cost = await transaction(database.db, async (tx) => {
        const { tx: counting, statements: count } = counted(tx);
        await takeTurn(counting, SALES, { journeyId, turn: 1, now: later(2 * DAY) });
        return count();
      });
      expect(await rowOf(journeyId)).toMatchObject({ status: 'ended' });
      return cost;
    };
    const without = await statements();
    await begin(sequenceOf(await aWait()));
    expect(await statements()).toBe(without);
  });
});

describe('a journey that meets a pause', () => {
  it('is held, told so once, goes on after it with the time that stood still, and is held by none then', async () => {
    const version = await aWait();
    const { journeyId } = await aJourney(database.db, version);
    const { pause } = await begin(sequenceOf(version), 'freeze', later(DAY));
    await take(journeyId, 1, later(2 * DAY));
    await take(journeyId, 2, later(3 * DAY));
    expect(await rowOf(journeyId)).toMatchObject({ heldBy: pause.id, dueAt: null, stepId: 'rest', status: 'running' });
    expect(await listPauses(database.db, { all: false })).toMatchObject([{ held: 1 }]);
    await resume(pause.id, { now: later(4 * DAY) });
    await take(journeyId, 3, later(4 * DAY + 5));
    expect(await rowOf(journeyId)).toMatchObject({ heldBy: null, dueAt: new Date(later(5 * DAY)) });
    expect(await take(journeyId, 4, later(5 * DAY))).toMatchObject({ move: { type: 'end' } });
    expect((await told(journeyId)).map((line) => line.split(version.sequence))).toEqual([
      ['48h held: paused: sequence ', ', clocks stopped (prices are wrong)'],
      [expect.stringMatching(/^96\.\d+h resumed: no longer paused: sequence $/), '; the wait gets back 3d'],
    ]);
  });

  it('before its first step is held there, and its goal still ends it', async () => {
    const version = await published(database.db, {
      goal: { name: 'bought', on: 'purchase' },
      steps: [aWaitFor('page.viewed'), ...ENDS],
    });
    await begin(sequenceOf(version));
    const { journeyId, contactId } = await aJourney(database.db, version);
    expect(await rowOf(journeyId)).toMatchObject({ stepId: 'watch', turn: 1, heldBy: expect.any(String) });
    await ingest(database.db, SALES, anIncoming(contactId, 'page.viewed'));
    expect(await pokesIn(database.db)).toEqual([]); // nobody is woken for what a held wait will see later
    await ingest(
      database.db,
      SALES,
      anIncoming(contactId, 'purchase', { properties: { reference: journeyId, amount: 5 } }),
    );
    expect(await pokesIn(database.db)).toEqual([`journey:${journeyId}`]);
    expect(await take(journeyId, 1, later(HOUR))).toMatchObject({ move: { type: 'end', outcome: 'goal' } });
    expect(await rowOf(journeyId)).toMatchObject({ heldBy: null });
  });

  it('sees after the resume an event that came while it was held', async () => {
    const { journeyId, contactId } = await aJourney(
      database.db,
      await published(database.db, { steps: [aWaitFor('page.viewed'), ...ENDS] }),
    );
    const { pause } = await begin(EVERYTHING, 'freeze', later(HOUR));
    await take(journeyId, 1, later(2 * HOUR));
    await ingest(database.db, SALES, anIncoming(contactId, 'page.viewed', { at: later(3 * DAY) }));
    expect(await take(journeyId, 2, later(3 * DAY))).toMatchObject({ move: { type: 'await', until: null } });
    await resume(pause.id, { now: later(4 * DAY) });
    expect(await take(journeyId, 3, later(4 * DAY))).toMatchObject({ move: { type: 'end', outcome: 'came' } });
  });

  const isWaiting = async () => {
    const [row] = await database.db.$queryRaw<{ waiting: boolean }[]>`
      SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND query LIKE '%pg_advisory_xact_lock(%') AS waiting`;
    return row?.waiting === true;
  };

  it('just as it ends is woken, whichever of the two comes first', async () => {
    const { journeyId } = await aJourney(database.db, await aWait());
    const { pause } = await begin(EVERYTHING);
    let ending: ReturnType<typeof resume> | undefined;
    await transaction(database.db, async (tx) => {
      await takeTurn(tx, SALES, { journeyId, turn: 1, now: later(HOUR) });
      ending = resume(pause.id); // waits for this transaction, and sees what it has written
      expect(await waitUntil(isWaiting, 5_000)).toBe(true);
    });
    expect(await ending).toMatchObject({ waking: 1 });
    await database.db.$executeRaw`DELETE FROM graphile_worker._private_jobs`;
    await transaction(database.db, (tx) => confirmHold(tx, { pauseId: pause.id, journeyId }));
    expect(await pokesIn(database.db)).toEqual([`journey:${journeyId}`]);
  });
});
