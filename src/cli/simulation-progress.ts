const EVERY_MS = 100;

/** One line on standard error that is written over, for a person who waits; nothing where no terminal is. */
export function createSimulationProgress(o: {
  readonly isQuiet: boolean;
  readonly runs: number;
  readonly days: number;
}) {
  const isShown = !o.isQuiet && process.stderr.isTTY === true;
  let shownAt = 0;
  return {
    show: ({ run, day }: { readonly run: number; readonly day: number }): void => {
      if (!isShown || performance.now() - shownAt < EVERY_MS) return;
      shownAt = performance.now();
      process.stderr.write(`\rrun ${run + 1} of ${o.runs}, day ${day} of ${o.days}   `);
    },
    /** Wipes the line. */
    end: (): void => {
      if (shownAt > 0) process.stderr.write('\r\u001b[K');
      shownAt = 0;
    },
  };
}
