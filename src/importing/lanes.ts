export interface Lanes<T> {
  readonly lanes: number;
  /** Items of one key are worked on in order, one at a time. */
  readonly keyOf: (item: T) => string;
  readonly work: (item: T) => Promise<void>;
}

/** Items waiting per lane: enough that a slow one does not hold the others up, little enough for memory. */
const WAITING_PER_LANE = 8;

/**
 * Works on items as they come, several at once. After the first error nothing new begins; the error is thrown when what had
 * begun is done.
 */
export async function inLanes<T>(
  items: AsyncIterable<T> | Iterable<T>,
  { lanes, keyOf, work }: Lanes<T>,
): Promise<void> {
  const tails = Array.from({ length: lanes }, () => Promise.resolve());
  const waiting = new Set<Promise<void>>();
  const errors: unknown[] = [];
  const start = (item: T) => {
    const lane = laneOf(keyOf(item), lanes);
    const done: Promise<void> = (tails[lane] ?? Promise.resolve())
      .then(() => (errors.length > 0 ? undefined : work(item)))
      .catch((error: unknown) => void errors.push(error))
      .finally(() => waiting.delete(done));
    tails[lane] = done;
    waiting.add(done);
  };
  try {
    for await (const item of items) {
      if (errors.length > 0) break;
      start(item);
      if (waiting.size >= lanes * WAITING_PER_LANE) await Promise.race(waiting);
    }
  } finally {
    await Promise.all(waiting);
  }
  if (errors.length > 0) throw errors[0];
}

/** The same lane for the same key (FNV-1a, 32 bits). */
function laneOf(key: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % lanes;
}
