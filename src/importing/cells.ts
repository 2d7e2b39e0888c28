/**
 * The cells of one record, by the rules of RFC 4180 and no others; undefined: a quote stands where none may. A quote opens a cell
 * only at its beginning.
 */
export function cellsIn(text: string, delimiter: string): readonly string[] | undefined {
  if (!text.includes('"')) return text.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    const cell = text[at] === '"' ? quotedAt(text, at, delimiter) : plainAt(text, at, delimiter);
    if (!cell) return undefined;
    cells.push(cell.value);
    if (cell.end >= text.length) return cells;
    at = cell.end + 1;
  }
}

interface Cell {
  readonly value: string;
  /** Where the delimiter behind it stands, or the record ends. */
  readonly end: number;
}

function plainAt(text: string, start: number, delimiter: string): Cell | undefined {
  const found = text.indexOf(delimiter, start);
  const end = found === -1 ? text.length : found;
  const value = text.slice(start, end);
  return value.includes('"') ? undefined : { value, end };
}

function quotedAt(text: string, start: number, delimiter: string): Cell | undefined {
  let close = start;
  do {
    close = text.indexOf('"', close + 1);
    if (close === -1) return undefined;
    if (text[close + 1] === '"') close += 1;
    else break;
  } while (close < text.length);
  const end = close + 1;
  if (end < text.length && text[end] !== delimiter) return undefined;
  return { value: text.slice(start + 1, close).replaceAll('""', '"'), end };
}
