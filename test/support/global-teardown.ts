import { stopTestServers } from './servers';

/** Stops the servers, and fails the run if anything that it started or wrote is left behind. */
export default async function teardown(): Promise<void> {
  const left = await stopTestServers();
  if (left.length > 0) throw new Error(`the tests left behind:\n${left.join('\n')}`);
}
