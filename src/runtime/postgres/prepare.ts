import { chainAllEarlier } from '../../store/consents';
import { connect, disconnect } from '../../store/db';
import { checkKeys } from '../../store/key-check';
import type { StoreKeys } from '../../store/keys';
import { migrateDatabase } from './database';

/**
 * Brings the schema up to date, makes sure that the keys are those of this database, and gives consents from before there were
 * chains their place in one; without keys the schema alone. Throws VIV_MIGRATION_FAILED and VIV_KEYS_DIFFER.
 */
export async function prepareDatabase(url: string, keys: StoreKeys | undefined): Promise<void> {
  await migrateDatabase(url);
  if (!keys) return;
  const db = connect(url, 1, keys);
  try {
    await checkKeys(db);
    await chainAllEarlier(db);
  } finally {
    await disconnect(db);
  }
}
