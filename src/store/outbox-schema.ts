import { runMigrations } from 'graphile-worker';

/** Creates or upgrades the outbox's own tables (schema graphile_worker). */
export const migrateOutbox = (connectionString: string): Promise<void> => runMigrations({ connectionString });
