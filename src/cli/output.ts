/** One JSON object on a line of its own: what `--json` promises. */
export function writeJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** What came from outside must not move the cursor or forge lines of its own. */
export const onOneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim();

/** `2026-03-01 09:30`, in UTC; empty for no instant. */
export const minuteText = (at: number | null): string =>
  at === null ? '' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
