/** Fewer differing letters than this, for their length, and one word is taken for a slip of the other. */
const mostSlips = (word: string): number => Math.max(1, Math.floor(word.length / 3));

/** The known word that `word` was most likely meant to be; undefined when none is near. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, slips: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, slips }) => slips <= mostSlips(candidate))
    .toSorted((a, b) => a.slips - b.slips);
  return near[0]?.candidate ?? known.find((candidate) => isBeginning(candidate, word) || isBeginning(word, candidate));
}

/** `mon` of `monday`. */
const isBeginning = (part: string, word: string): boolean =>
  part.length >= 3 && word.toLowerCase().startsWith(part.toLowerCase());

/** `did you mean "offers"?`, or all that is known. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length > 0 ? `known: ${known.join(', ')}` : 'remove it';
}

/** Letters to add, leave out, change or swap with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = at(rows, i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(rows, i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(change, swap, at(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1));
    }
    rows.push(row);
  }
  return at(rows, a.length, b.length);
}

const at = (rows: readonly (readonly number[])[], i: number, j: number): number =>
  rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
