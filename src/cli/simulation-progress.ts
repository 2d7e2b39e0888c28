const EVERY_MS = 100;

/** One line on standard error that is written over, for a person who waits; nothing where no terminal is. */
export function createSimulationProgress(o: {
  readonly isQuiet: boolean;
  readonly runs: number;
  readonly days: number;
}) {
  const isShown = !o.isQuiet && process.stderr.isTTY === true;
  let shownAt = 0;
  const days = new Map<number, number>();
  return {
    show: ({ run, day }: { readonly run: number; readonly day: number }): void => {
      days.set(run, day);
      if (!isShown || performance.now() - shownAt < EVERY_MS) return;
      shownAt = performance.now();
      const done = [...days.values()].reduce((sum, one) => sum + one, 0) / (o.runs * o.days);
      process.stderr.write(`\r${o.runs} runs of ${o.days} days: ${Math.floor(100 * done)} %   `);
    },
    /** Wipes the line. */
    end: (): void => {
      if (shownAt > 0) process.stderr.write('\r\u001b[K');
      shownAt = 0;
    },
  };
}
