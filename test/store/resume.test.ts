import { newId } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { beginPause, listPauses } from '../../src/store/pauses';
import { endPause } from '../../src/store/resume';
import { takeTurn } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, aTwoDayWait, later, pokesIn } from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase(10);
const begin = (mode: 'freeze' | 'elapse' = 'elapse') =>
  beginPause(database.db, { target: { type: 'everything' }, mode, reason: 'a test', by: 'ana', now: MONDAY });
const resume = (pauseId: string, perMinute = 60, now = later(5 * DAY)) =>
  endPause(database.db, { pauseId, by: 'rui', now, perMinute });
const take = (journeyId: string, turn: number, now: number) =>
  transaction(database.db, (tx) => takeTurn(tx, SALES, { journeyId, turn, now }));

interface WaitingJob {
  readonly runAt: number;
  readonly key: string | null;
}

/** Jobs of the outbox by the time at which they may run. */
const jobs = () =>
  database.db.$queryRaw<WaitingJob[]>`
    SELECT (extract(epoch FROM run_at) * 1000)::float8 AS "runAt", key FROM graphile_worker.jobs ORDER BY run_at, key`;
const realNow = async () => {
  const [row] = await database.db.$queryRaw<{ now: number }[]>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;
  return row?.now ?? 0;
};

/** The most of these times that lie within one minute. */
function mostPerMinute(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(0, ...sorted.map((from, index) => sorted.filter((at, i) => i >= index && at < from + 60_000).length));
}

/** Rows of journeys that a pause holds; nothing else of them is looked at here. */
async function heldRows(count: number, pauseId: string): Promise<void> {
  const version = await aWait();
  await database.db.$executeRaw`
    INSERT INTO journey (id, contact_id, sequence, version_id, status, last_turn, entered_at, held_by)
    SELECT gen_random_uuid(), gen_random_uuid(), ${version.sequence}, ${version.id}::uuid, 'running', '{}', now(), ${pauseId}::uuid
    FROM generate_series(1, ${count})`;
}
const aWait = () => aTwoDayWait(database.db);

afterEach(async () => {
  await database.db.pause.deleteMany();
  await database.db.journey.deleteMany();
  await database.db.$executeRaw`DELETE FROM graphile_worker._private_jobs`;
});

// INV-RESUME-WAKES-HELD
it('the end of a pause wakes the journeys that it holds, and nobody else', async () => {
  const version = await aWait();
  const [held, early, other] = [
    await aJourney(database.db, version),
    await aJourney(database.db, version),
    await aJourney(database.db, version),
  ];
  const { pause } = await begin();
  const second = await begin('freeze');
  await take(held.journeyId, 1, later(2 * DAY));
  await database.db.journey.update({ where: { id: other.journeyId }, data: { heldBy: second.pause.id } });
  await database.db.$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  expect(await resume(pause.id)).toMatchObject({ waking: 1, pause: { held: 1, endedBy: 'rui' } });
  expect(await pokesIn(database.db)).toEqual([`journey:${held.journeyId}`]);
  expect(early.journeyId).not.toBe(held.journeyId);
});

it('a journey that a second pause holds stays where it is when the first one ends', async () => {
  const { journeyId } = await aJourney(database.db, await aWait());
  const first = await begin();
  const second = await begin('freeze');
  await take(journeyId, 1, later(HOUR));
  await resume(first.pause.id);
  expect(await take(journeyId, 2, later(5 * DAY))).toMatchObject({ move: { type: 'await', until: null } });
  expect(await database.db.journey.findUnique({ where: { id: journeyId } })).toMatchObject({ heldBy: second.pause.id });
  await database.db.$executeRaw`DELETE FROM graphile_worker._private_jobs`; // the first poke was carried out
  expect(await resume(second.pause.id)).toMatchObject({ waking: 1 });
});

// INV-NOBODY-LEFT-HELD
it('whoever is held at the moment when a pause ends is woken: none is left behind', async () => {
  const version = await aWait();
  const all = await Promise.all(Array.from({ length: 40 }, () => aJourney(database.db, version)));
  await database.db.$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  for (let round = 1; round <= 5; round += 1) {
    const { pause } = await begin();
    const looks = all.map(({ journeyId }) => take(journeyId, round, later(HOUR)));
    await Promise.all([...looks, resume(pause.id, 100_000, later(HOUR))]);
    const held = await database.db.journey.findMany({ where: { heldBy: { not: null } } });
    const woken = new Set(await pokesIn(database.db));
    expect(held.filter(({ id }) => !woken.has(`journey:${id}`))).toEqual([]);
    await database.db.journey.updateMany({ data: { heldBy: null } });
    await database.db.$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  }
});

// INV-RESUME-PACED
it('however many are held, no more than so many are woken in any minute, and each once', async () => {
  const { pause } = await begin();
  await heldRows(2_345, pause.id);
  const before = await realNow();
  const { waking, wakesTill } = await resume(pause.id, 500);
  const times = (await jobs()).map(({ runAt }) => runAt);
  expect(waking).toBe(2_345);
  expect(new Set((await jobs()).map(({ key }) => key)).size).toBe(2_345);
  expect(mostPerMinute(times)).toBe(500);
  expect(times[0]).toBeGreaterThanOrEqual(Math.floor(before));
  expect(wakesTill).toBe(times.at(-1));
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeCloseTo((2_344 / 500) * 60_000, -1);
});

it.each([1, 7, 60, 1_000])('at %d per minute the times are that far apart', async (perMinute) => {
  const { pause } = await begin();
  await heldRows(30, pause.id);
  await resume(pause.id, perMinute);
  const times = (await jobs()).map(({ runAt }) => runAt);
  expect(mostPerMinute(times)).toBeLessThanOrEqual(perMinute);
  const apart = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  for (const ms of apart) expect(Math.abs(ms - 60_000 / perMinute)).toBeLessThanOrEqual(1);
});

it('repeated, or twice at once, it wakes nobody twice and keeps the pace', async () => {
  const { pause } = await begin();
  await heldRows(1_500, pause.id);
  const both = await Promise.all([resume(pause.id, 300), resume(pause.id, 300)]);
  expect(both.reduce((sum, { waking }) => sum + waking, 0)).toBe(1_500);
  const first = await jobs();
  expect(await resume(pause.id, 300)).toMatchObject({ waking: 0, wakesTill: first.at(-1)?.runAt });
  expect(await jobs()).toEqual(first);
  expect(mostPerMinute(first.map(({ runAt }) => runAt))).toBe(300);
});

it('broken off, it goes on behind those that it has asked for', async () => {
  const { pause } = await begin();
  await heldRows(40, pause.id);
  await resume(pause.id, 60);
  await heldRows(20, pause.id); // as if it had been killed before these
  expect(await resume(pause.id, 60)).toMatchObject({ waking: 20 });
  const times = (await jobs()).map(({ runAt }) => runAt);
  expect(times).toHaveLength(60);
  expect(mostPerMinute(times)).toBe(60);
});

it('paced anew, those who still wait get new times, and nobody is forgotten', async () => {
  const { pause } = await begin();
  await heldRows(1_200, pause.id);
  await resume(pause.id, 1);
  const again = { pauseId: pause.id, by: 'rui', now: later(6 * DAY), perMinute: 600, isPacedAnew: true };
  expect(await endPause(database.db, again)).toMatchObject({ waking: 1_200, pause: { endedAt: later(5 * DAY) } });
  const times = (await jobs()).map(({ runAt }) => runAt);
  expect(times).toHaveLength(1_200);
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(120_000);
  expect(mostPerMinute(times)).toBe(600);
});

it('a job that is being run does not count: its journey may have looked before this pause ended', async () => {
  const { pause } = await begin();
  await heldRows(1, pause.id);
  await resume(pause.id);
  await database.db.$executeRaw`UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = ${newId()}`;
  expect(await resume(pause.id)).toMatchObject({ waking: 1 });
});

it('a pause that held nobody ends at once', async () => {
  const { pause } = await begin();
  expect(await resume(pause.id)).toMatchObject({ waking: 0, wakesTill: null });
  expect(await listPauses(database.db, { all: false })).toEqual([]);
});
