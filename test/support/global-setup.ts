import { bringBuildUpToDate } from './built';
import { startTestServers } from './servers';

/** For all test files: the build, one PostgreSQL and one Temporal, and a migrated template that each file's database is copied from. */
export default async function setup(): Promise<void> {
  await Promise.all([bringBuildUpToDate(), startTestServers()]);
}
