/** npm passes on a Ctrl-C that the terminal has sent already: both are one wish. */
const SAME_WISH_MS = 1000;

/** Resolves at the first Ctrl-C or SIGTERM, with its name. A second one, a moment later, ends the process at once, with 130. */
export function untilStopped(sameWishMs = SAME_WISH_MS): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (firstAt !== undefined && performance.now() - firstAt >= sameWishMs) process.exit(130);
        firstAt ??= performance.now();
        resolve(signal);
      });
  });
}
