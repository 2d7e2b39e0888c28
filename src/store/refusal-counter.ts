import type { Instant } from '../domain/ids';
import type { Db } from './db';
import { addRefusals, dayOf, type Refusal, type RefusalCount } from './refusals';

/** Counts what one process refuses. */
export interface RefusalCounter {
  note(refusal: Refusal): void;
  /** Resolves when all that was noted is on record, or `onProblem` has heard why not. */
  settled(): Promise<void>;
}

export interface RefusalCounterOptions {
  readonly db: Db;
  /** Business time: the day by which it counts. */
  readonly clock: () => Instant;
  readonly onProblem: (problem: unknown) => void;
  /** From one write to the next; left out: a second. */
  readonly paceMs?: number;
}

const PACE_MS = 1_000;
/** After a write that failed: what waits is little, however much is refused meanwhile. */
const PATIENCE_MS = 10_000;

/**
 * The first refusal is written at once; those that come within `paceMs` are gathered and written together, so that a flood of them is one
 * statement a second. What a process that is killed has gathered is lost: at most that second. A write that failed is made again with the
 * next; if its answer alone was lost, it counts twice.
 */
export function createRefusalCounter(options: RefusalCounterOptions): RefusalCounter {
  const { db, clock, onProblem, paceMs = PACE_MS } = options;
  let waiting = new Map<string, RefusalCount>();
  let writing: Promise<void> | undefined;
  let pace: NodeJS.Timeout | undefined;

  const add = (told: RefusalCount): void => {
    const key = [told.day, told.kind, told.name, told.code].join('|');
    waiting.set(key, { ...told, count: told.count + (waiting.get(key)?.count ?? 0) });
  };
  /** False: nothing is written, all of it waits again. */
  const write = async (): Promise<boolean> => {
    const counts = [...waiting.values()];
    waiting = new Map();
    try {
      await addRefusals(db, counts);
      return true;
    } catch (problem) {
      counts.forEach(add);
      onProblem(problem);
      return false;
    }
  };
  const next = (): void => {
    if (writing || pace || waiting.size === 0) return;
    writing = write().then((isWritten) => {
      writing = undefined;
      pace = setTimeout(ready, isWritten ? paceMs : PATIENCE_MS).unref();
    });
  };
  const ready = (): void => {
    pace = undefined;
    next();
  };
  return {
    note(refusal) {
      add({ ...refusal, day: dayOf(clock()), count: 1 });
      next();
    },
    async settled() {
      await writing;
      clearTimeout(pace);
      pace = undefined;
      if (waiting.size > 0) await write();
    },
  };
}
