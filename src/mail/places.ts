/** So many at once, and who comes later waits in turn. */
export interface Places {
  /** A place of one's own; false: none became free in time. */
  take(): Promise<boolean>;
  give(): void;
}

type Waiting = (free: boolean) => void;

export function createPlaces(size: number, waitMs: number): Places {
  const waiting = new Set<Waiting>();
  let taken = 0;
  return {
    take() {
      if (taken < size) {
        taken += 1;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const giveUp = setTimeout(() => waiting.delete(wait) && resolve(false), waitMs);
        const wait: Waiting = (free) => {
          clearTimeout(giveUp);
          resolve(free);
        };
        waiting.add(wait);
      });
    },
    give() {
      const [next] = waiting;
      if (!next) {
        taken -= 1;
        return;
      }
      waiting.delete(next); // the place goes on to it
      next(true);
    },
  };
}
