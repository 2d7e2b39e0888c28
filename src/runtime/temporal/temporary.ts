import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureSearchAttributes } from '../../worker/search-attributes';
import { temporaryFolder } from '../temporary-folder';
import { connectTo } from './connect';
import { findTemporal, temporalSources } from './find';
import { startTemporalServer, type TemporalServer } from './server';

/** A throw-away server for tests and tools: in memory, gone with `stop` or with this process. */
export async function startTempTemporal(o: { readonly cacheDir: string }): Promise<TemporalServer> {
  const program = await findTemporal(temporalSources(o.cacheDir));
  const folder = temporaryFolder(tmpdir(), 'temporal');
  try {
    const logFile = path.join(folder.path, 'log');
    const server = await startTemporalServer({ program, namespace: 'default', storage: undefined, logFile });
    await whenHealthy(server);
    const stop = async () => {
      await server.stop();
      await folder.remove();
    };
    return { ...server, stop };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

const HEALTHY_WITHIN_MS = 30_000;

/** Whoever connects to it later need not wait. */
async function whenHealthy({ address }: TemporalServer): Promise<void> {
  const { connection, close } = await connectTo({ address }, 'default', HEALTHY_WITHIN_MS);
  await ensureSearchAttributes(connection, 'default');
  await close();
}
