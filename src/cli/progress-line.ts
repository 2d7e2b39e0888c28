import type { ImportCounts } from '../importing/tally';

const EVERY_MS = 100;

/** One line on standard error that is written over, for a person who waits; nothing where no terminal is. */
export function createProgressLine({ isQuiet }: { readonly isQuiet: boolean }) {
  const isShown = !isQuiet && process.stderr.isTTY === true;
  let shownAt = 0;
  return {
    show: ({ read, imported, repeated, rejected }: ImportCounts): void => {
      if (!isShown || performance.now() - shownAt < EVERY_MS) return;
      shownAt = performance.now();
      process.stderr.write(`\r${read} rows read, ${imported} imported, ${repeated} repeated, ${rejected} rejected`);
    },
    /** Wipes the line. */
    end: (): void => {
      if (shownAt > 0) process.stderr.write('\r\u001b[K');
      shownAt = 0;
    },
  };
}
