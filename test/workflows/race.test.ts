import { createTakeTurn } from '../../src/activities/take-turn';
import type { Db } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { testDatabase } from '../support/database';
import { testEngine } from '../support/engine';
import { aJourney, anIncoming } from '../support/journeys';
import { crowdOf, type Raced, raceOf, races, sightings, waitsInARow, withoutLocks } from '../support/race';
import { SALES } from '../support/sales';

const engine = testEngine((db, deps) => createTakeTurn(db, deps));
/** Without outbox and workflow: the two transactions alone. */
const bare = testDatabase(20);
const AT_ONCE = 16;

const typesOf = (count: number) => Array.from({ length: count }, (_, index) => `event.n${index}`);
const idsOf = (all: readonly Raced[]) => all.map(({ journeyId }) => journeyId);

/** Each of the first `waits` waits of each journey saw exactly one event, and the journeys stand where this brings them. */
async function everyWaitSawOne(db: Db, ids: readonly string[], o: { readonly waits: number; readonly then: string }) {
  const seen = await sightings(db, ids);
  const wanted = ids.flatMap((id) => Array.from({ length: o.waits }, (_, index) => `${id} w${index}`));
  expect(wanted.filter((place) => seen.get(place) !== 1)).toEqual([]);
  expect(seen.size).toBe(wanted.length);
  expect(await standing(db, ids)).toEqual([o.then]);
}

async function standing(db: Db, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await db.journey.findMany({ where: { id: { in: [...ids] } } });
  return [...new Set(rows.map(({ outcome, stepId }) => outcome ?? `waits in ${stepId}`))];
}

// INV-NOTHING-FALLS-BETWEEN
test('of 10,000 events, each at the moment its wait begins, every one is seen once by that wait', async () => {
  const types = typesOf(50);
  const version = await waitsInARow(bare.db, types);
  const all = await races(() => raceOf({ db: bare.db, version, types }), { count: 200, atOnce: AT_ONCE });
  await everyWaitSawOne(bare.db, idsOf(all), { waits: 50, then: 'all-seen' });
  // it was a race: some events came before the wait and did not wake it, some after
  const woke = all.reduce((sum, race) => sum + race.woke, 0);
  expect(woke).toBeGreaterThan(2_000);
  expect(woke).toBeLessThan(9_500);
}, 180_000);

test('without the lock on the contact some are missed, so the test above can fail', async () => {
  const types = typesOf(50);
  const version = await waitsInARow(bare.db, types);
  const race = { db: bare.db, version, types, through: withoutLocks };
  const all = await races(() => raceOf(race), { count: 40, atOnce: AT_ONCE });
  expect(await standing(bare.db, idsOf(all))).not.toEqual(['all-seen']);
}, 60_000);

// INV-EVENT-ONCE
test('of 25 events of one type at once, 25 waits in a row see one each, and the one behind them none', async () => {
  const version = await waitsInARow(
    bare.db,
    Array.from({ length: 26 }, () => 'page.viewed'),
  );
  const types = Array.from({ length: 25 }, () => 'page.viewed');
  const all = await races(() => crowdOf({ db: bare.db, version, types }), { count: 40, atOnce: AT_ONCE });
  await everyWaitSawOne(bare.db, idsOf(all), { waits: 25, then: 'waits in w25' });
}, 60_000);

describe('through outbox and workflow', () => {
  const tell = (contactId: string, type: string) => ingest(engine.db, SALES, anIncoming(contactId, type));

  test('of two events at once, for a wait and for the one behind it, each is seen once, whichever came first', async () => {
    const types = typesOf(10);
    const version = await waitsInARow(engine.db, types);
    const through = async () => {
      const { contactId, journeyId } = await aJourney(engine.db, version, { now: Date.now() });
      for (let index = 0; index < types.length; index += 2) {
        await engine.until(journeyId, ({ stepId }) => stepId === `w${index}`);
        await Promise.all(types.slice(index, index + 2).map((type) => tell(contactId, type)));
      }
      await engine.endOf(journeyId);
      return { journeyId, woke: 0 };
    };
    const all = await races(through, { count: 20, atOnce: 10 });
    await everyWaitSawOne(engine.db, idsOf(all), { waits: 10, then: 'all-seen' });
  }, 60_000);

  test('of ten events of one type at once, while the workflow is being started, ten waits see one each', async () => {
    const version = await waitsInARow(
      engine.db,
      Array.from({ length: 10 }, () => 'page.viewed'),
    );
    const through = async () => {
      const { contactId, journeyId } = await aJourney(engine.db, version, { now: Date.now() });
      await Promise.all(Array.from({ length: 10 }, () => tell(contactId, 'page.viewed')));
      await engine.endOf(journeyId);
      return { journeyId, woke: 0 };
    };
    const all = await races(through, { count: 20, atOnce: 10 });
    await everyWaitSawOne(engine.db, idsOf(all), { waits: 10, then: 'all-seen' });
  }, 60_000);
});
