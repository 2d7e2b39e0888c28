import type { Instant } from '../../domain/ids';
import type { Db } from '../../store/db';
import { countRefusals } from '../../store/inbound-rows';

/** Counts what is turned away. One statement is under way at a time, however many knock: the others add up meanwhile. */
export interface Refusals {
  note(code: string): void;
  /** Resolves when all is written. */
  settled(): Promise<void>;
}

export function createRefusals(o: {
  readonly db: Db;
  readonly clock: () => Instant;
  readonly onProblem: (problem: unknown) => void;
}): Refusals {
  const waiting = new Map<string, number>();
  let writing: Promise<void> | undefined;
  const write = async () => {
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const [code, count] = next;
      waiting.delete(code);
      await countRefusals(o.db, { code, count, at: o.clock() });
    }
  };
  return {
    note(code) {
      waiting.set(code, (waiting.get(code) ?? 0) + 1);
      writing ??= write()
        .catch(o.onProblem)
        .finally(() => {
          writing = undefined;
        });
    },
    async settled() {
      while (writing) await writing;
    },
  };
}
