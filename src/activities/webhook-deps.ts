import type { Db } from '../store/db';
import type { TurnDeps } from '../store/turn';

/** What webhook activities work with. */
export interface WebhookDeps {
  readonly db: Db;
  readonly turn: TurnDeps;
  /** The value of an environment variable that holds secrets. */
  readonly secretOf: (name: string) => string | undefined;
}
