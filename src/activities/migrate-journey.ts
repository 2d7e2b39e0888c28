import { type Db, transaction } from '../store/db';
import { migrateJourney } from '../store/migrate-journeys';
import type { TurnDeps } from '../store/turn';
import type { MigrationActivities } from './types';

/** Moves a journey to another version, in a transaction of its own. Idempotent: one that is there already answers its turn. */
export function createMigrateJourney(db: Db, deps: TurnDeps): MigrationActivities {
  return { migrateJourney: (request) => transaction(db, (tx) => migrateJourney(tx, deps, request)) };
}
