import { type Config, readConfig } from '../runtime/config';
import { existingSecret } from '../runtime/data-folder';
import { checkDatabase } from '../runtime/postgres/database';
import { prepareDatabase } from '../runtime/postgres/prepare';
import { runningSystem } from '../runtime/running';
import { startSystem } from '../runtime/system';
import { connect, type Db, disconnect } from '../store/db';
// for what a turn calls: see ../store/turn-calls
import '../store/ingest';
import { hasImports } from '../store/imports/runs';
import { keysFrom, type StoreKeys } from '../store/keys';

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
    const db = connect(database.url, connections, database.keys);
    try {
      return await work(db);
    } finally {
      await disconnect(db);
    }
  } finally {
    await database.close();
  }
}

/**
 * The same for whoever only compares: a database that is not there is not made, none is started, and an empty one stays empty. `work` gets
 * none then.
 */
export async function withExistingDatabase<T>(work: (db: Db | undefined) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const url = config.databaseUrl ?? runningSystem(config.dataDir)?.databaseUrl;
  const db = url === undefined ? undefined : connect(url, 2, keysKnown(config));
  if (!db) return work(undefined);
  try {
    return await work((await isPrepared(db)) ? db : undefined);
  } finally {
    await disconnect(db);
  }
}

async function isPrepared(db: Db): Promise<boolean> {
  try {
    return await hasImports(db);
  } catch {
    return false; // whatever keeps it from answering: the file alone is looked at, and that is told
  }
}

interface OpenDatabase {
  readonly url: string;
  readonly keys: StoreKeys | undefined;
  close(): Promise<void>;
}

const stays = async () => undefined;

async function openDatabase(config: Config): Promise<OpenDatabase> {
  if (config.databaseUrl) {
    await checkDatabase(config.databaseUrl);
    const keys = keysKnown(config);
    await prepareDatabase(config.databaseUrl, keys); // the first command may come before the first start
    return { url: config.databaseUrl, keys, close: stays };
  }
  const running = runningSystem(config.dataDir);
  if (running) {
    const keys = keysKnown(config);
    return { url: running.databaseUrl, keys, close: stays };
  }
  const system = await startSystem(config, { without: ['Temporal', 'inbox'] });
  return { url: system.databaseUrl, keys: system.keys, close: system.stop };
}

/**
 * The keys of this database, where the settings or the data folder tell; undefined: whoever needs them is told, and no other key is
 * made, with which a later start would be refused.
 */
function keysKnown({ addressKey, linkSecret, dataDir }: Config): StoreKeys | undefined {
  const secret = addressKey ?? linkSecret ?? existingSecret(dataDir);
  return secret === undefined ? undefined : keysFrom(secret);
}
