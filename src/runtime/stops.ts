/** How to stop what has started, in reverse order. */
export interface Stops {
  readonly add: (stop: () => Promise<void>) => void;
  readonly isStopping: () => boolean;
  /** Stops all, the last that started first, each although another failed; then throws the first failure. Again: waits for the same end. */
  readonly stop: () => Promise<void>;
}

export function createStops(): Stops {
  const stops: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  return {
    add: (stop) => void stops.push(stop),
    isStopping: () => stopping !== undefined,
    stop: () => {
      stopping ??= stopAll(stops);
      return stopping;
    },
  };
}

async function stopAll(stops: readonly (() => Promise<void>)[]): Promise<void> {
  const problems: unknown[] = [];
  for (const stop of stops.toReversed()) await stop().catch((problem: unknown) => problems.push(problem));
  if (problems.length > 0) throw problems[0];
}
