/**
 * Business time of a workflow: Temporal's replayed clock, which a rehearsal runs ahead, and which never stands still or goes
 * back. A child that waited (a handoff) may have lived further than its parent's clock: the parent catches up.
 */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  catchUp(instant: number): void;
}

export function createClock(startAt = 0): Clock {
  let ahead = Math.max(0, startAt - Date.now());
  return {
    now: () => Date.now() + ahead,
    catchUp: (instant) => {
      ahead = Math.max(ahead, instant - Date.now());
    },
  };
}
