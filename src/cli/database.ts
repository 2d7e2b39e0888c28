import { type Config, readConfig } from '../runtime/config';
import { checkDatabase, migrateDatabase } from '../runtime/postgres/database';
import { runningSystem } from '../runtime/running';
import { startSystem } from '../runtime/system';
import { connect, type Db, disconnect } from '../store/db';

interface Options {
  /** Default: 2, enough for a command that asks one thing after the other. */
  readonly connections?: number;
}

/**
 * Runs `work` on the database, and disconnects: that of VIVEIRO_DATABASE_URL, else of the system that runs on the data folder,
 * else the embedded one, started for this command alone. Outbox jobs that `work` adds while no worker runs are carried out by
 * the next `viveiro start`.
 */
export async function withDatabase<T>(work: (db: Db) => Promise<T>, { connections = 2 }: Options = {}): Promise<T> {
  const database = await openDatabase(readConfig(process.env));
  try {
    const db = connect(database.url, connections);
    try {
      return await work(db);
    } finally {
      await disconnect(db);
    }
  } finally {
    await database.close();
  }
}

interface OpenDatabase {
  readonly url: string;
  close(): Promise<void>;
}

const stays = async () => undefined;

async function openDatabase(config: Config): Promise<OpenDatabase> {
  if (config.databaseUrl) {
    await checkDatabase(config.databaseUrl);
    await migrateDatabase(config.databaseUrl); // the first command may come before the first start
    return { url: config.databaseUrl, close: stays };
  }
  const running = runningSystem(config.dataDir);
  if (running) return { url: running.databaseUrl, close: stays };
  const system = await startSystem(config, { without: ['Temporal', 'inbox'] });
  return { url: system.databaseUrl, close: system.stop };
}
