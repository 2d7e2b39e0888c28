import { waitUntil } from '../../src/runtime/processes';
import { connect, disconnect, transaction } from '../../src/store/db';
import { testDatabase } from '../support/database';

const context = testDatabase();

const connectionsTo = async (name: string) => {
  const [row] = await context.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = ${name}`;
  return row?.count;
};

async function connectedAs(name: string) {
  const url = new URL(context.url);
  url.searchParams.set('application_name', name);
  const db = connect(url.href, 2);
  await transaction(db, (tx) => tx.$queryRaw`SELECT 1`);
  expect(await connectionsTo(name)).toBe(1);
  return db;
}

test('disconnecting ends the connections that only transactions have used', async () => {
  const db = await connectedAs('only-transactions');
  await disconnect(db);
  // the server notices a moment later; left to itself, an idle connection would stay for ten seconds
  expect(await waitUntil(async () => (await connectionsTo('only-transactions')) === 0, 5_000)).toBe(true);
});

test('what a transaction throws is thrown on, nothing of it stays, and its connection is good for the next one', async () => {
  const { db } = context;
  const failing = transaction(db, async (tx) => {
    await tx.$executeRaw`INSERT INTO suppression (email, reason, at) VALUES ('ana@example.test', 'manual', now())`;
    throw new RangeError('thought better of it');
  });
  await expect(failing).rejects.toThrow(new RangeError('thought better of it'));
  expect(await db.suppression.count()).toBe(0);
  expect(await transaction(db, (tx) => tx.$queryRaw`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
});

test('a transaction whose connection is lost says so, and the next one gets another', async () => {
  const db = await connectedAs('to-be-lost');
  const lost = transaction(db, async (tx) => {
    await context.db.$queryRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to-be-lost'`;
    await tx.$queryRaw`SELECT 1`;
  });
  await expect(lost).rejects.toThrow(/terminat|closed|connection error/i);
  expect(await transaction(db, (tx) => tx.$queryRaw`SELECT 2 AS two`)).toEqual([{ two: 2 }]);
  await disconnect(db);
});
