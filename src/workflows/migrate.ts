import { ApplicationFailure, condition, defineUpdate, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { MigrationActivities } from '../activities/types';
import type { MigrationAnswer, MigrationRequest } from '../domain/change/request';
import type { Turn } from '../domain/journey/move';
import type { Clock } from './clock';
import { showVersion } from './status';
import { endTimer, type Wake } from './waiter';

/** Asks a journey to move to another version of its sequence. */
export const migrate = defineUpdate<MigrationAnswer, [MigrationRequest]>('migrate');

/** As takeTurn in ./proxies: a read and a write in the database. */
const { migrateJourney } = proxyLocalActivities<MigrationActivities>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '30s' },
});

/** A journey can be asked while it rests: between effects, when the turn that it holds is the newest one. */
export interface Rest {
  /** The turn it rests in; null: it is in the middle of something. */
  turn: number | null;
  isMoving: boolean;
  /** The turn that a migration has answered, for the loop to go on with. */
  moved: Turn | null;
}

export const createRest = (): Rest => ({ turn: null, isMoving: false, moved: null });

export interface Movable {
  readonly journeyId: string;
  readonly clock: Clock;
  readonly wake: Wake;
  readonly rest: Rest;
}

/** Takes migrations from now on: one at a time, and none in the middle of something. */
export function listenForMigrations({ journeyId, clock, wake, rest }: Movable): void {
  const handler = async (request: MigrationRequest): Promise<MigrationAnswer> => {
    const { turn } = rest;
    if (turn === null) throw new TypeError('the validator lets none through in the middle of something');
    rest.isMoving = true;
    try {
      const answer = await migrateJourney({ ...request, journeyId, turn, now: clock.now() });
      if (answer.type === 'moved') {
        rest.moved = answer.turn;
        showVersion(answer.version);
        wake.poked = true; // the loop goes on with it, and looks once more: a poke may have come meanwhile
        const goOn = () => endTimer(wake);
        void condition(() => !rest.isMoving).then(goOn, goOn); // the update has its answer first
      }
      return answer;
    } finally {
      rest.isMoving = false;
    }
  };
  const validator = (_: MigrationRequest) => {
    if (rest.turn !== null && !rest.isMoving) return;
    throw ApplicationFailure.nonRetryable('in the middle of something: try again in a moment', 'VIV_JOURNEY_BUSY');
  };
  setHandler(migrate, handler, { validator });
}

export interface Rested<T> {
  readonly value: T;
  /** The turn to go on with, in place of the one that was held. */
  readonly moved: Turn | null;
}

/** Rests in a turn until `until` has come, and lets itself be moved meanwhile. */
export async function restIn<T>(run: Movable, turn: number, until: () => Promise<T>): Promise<Rested<T>> {
  beginRest(run, turn);
  try {
    const value = await until();
    return { value, moved: await endRest(run) };
  } finally {
    breakRest(run);
  }
}

/** Lets itself be moved from now on, until `endRest` or `breakRest`. For whoever waits in a function of their own anyway. */
export function beginRest({ rest }: Movable, turn: number): void {
  Object.assign(rest, { turn, moved: null });
}

/**
 * The turn to go on with, in place of the one that was held; null: that one. No turn is asked for while a migration is under way, so
 * whoever wakes the journey is seen by the turn that comes after it.
 */
export async function endRest(run: Movable): Promise<Turn | null> {
  const { rest } = run;
  await condition(() => !rest.isMoving);
  breakRest(run);
  return rest.moved;
}

/** Lets itself be moved no more: the rest has ended, or what it was for has failed. */
export function breakRest({ rest }: Movable): void {
  rest.turn = null;
}
