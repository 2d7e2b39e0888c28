const EVERY_MS = 100;

/** One line on standard error that is written over, for a person who waits; nothing where no terminal is. */
export function createWrittenOver({ isQuiet }: { readonly isQuiet: boolean }) {
  const isShown = !isQuiet && process.stderr.isTTY === true;
  let shownAt = 0;
  return {
    show: (text: string): void => {
      if (!isShown || performance.now() - shownAt < EVERY_MS) return;
      shownAt = performance.now();
      process.stderr.write(`\r${text}`);
    },
    /** Wipes the line. */
    end: (): void => {
      if (shownAt > 0) process.stderr.write('\r\u001b[K');
      shownAt = 0;
    },
  };
}
