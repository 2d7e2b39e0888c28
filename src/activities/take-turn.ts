import type { Db } from '../store/db';
import { transaction } from '../store/db';
import { failJourney } from '../store/fail-journey';
import { type TurnDeps, takeTurn } from '../store/turn';
import type { TurnActivities } from './types';

/** Decides a journey's next move in a transaction of its own. Idempotent by the turn's number. */
export function createTakeTurn(db: Db, deps: TurnDeps): TurnActivities {
  return {
    takeTurn: (request) => transaction(db, (tx) => takeTurn(tx, deps, request)),
    failJourney: (request) => transaction(db, (tx) => failJourney(tx, deps, request)),
  };
}
