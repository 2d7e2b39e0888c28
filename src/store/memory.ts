/** Keeps what never changes by its id: the newest of it, so that a long life does not fill the memory. */
export interface Memory<T> {
  get(id: string): T | undefined;
  keep(id: string, value: T): T;
}

const MOST_KEPT = 500;

export function createMemory<T>(): Memory<T> {
  const kept = new Map<string, T>();
  return {
    get: (id) => kept.get(id),
    keep: (id, value) => {
      const [oldest] = kept.keys();
      if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(id, value);
      return value;
    },
  };
}
