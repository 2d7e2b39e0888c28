import { removeBundles } from '../support/bundle';
import { testDatabase } from '../support/database';
import { runKills } from '../support/kill-run';

const KILLS = Number(process.env.KILLS ?? 1_000);
const SEED = Number(process.env.KILLS_SEED ?? 20261130);

const database = testDatabase(10);
afterAll(removeBundles);

test(`${KILLS} kills by chance send nothing twice and lose nothing (seed ${SEED})`, async () => {
  const report = await runKills({ db: database.db, databaseUrl: database.url, seed: SEED, kills: KILLS });
  process.stderr.write(`${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ kills: KILLS, duplicates: 0, silentLosses: 0, early: 0, unknownDifferent: [] });
  expect(report.unknownListed).toBe(report.unknownExpected);
  expect(report.unknownListed).toBeGreaterThan(KILLS / 20); // a control: kills in the worst moments
  expect(report.copiesAgain).toBeGreaterThan(KILLS / 100);
});
