import { stopTestServers } from './servers';

export default async function teardown(): Promise<void> {
  await stopTestServers();
}
