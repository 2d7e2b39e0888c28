import { startTestServers } from './servers';

/** Boots one PostgreSQL and one Temporal for all test files, and a migrated template that each file's database is copied from. */
export default async function setup(): Promise<void> {
  await startTestServers();
}
