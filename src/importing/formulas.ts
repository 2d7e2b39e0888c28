/** What spreadsheets would run as a formula when they open a list with it (OWASP, CSV injection; full-width signs too). */
export const isFormula = (text: string): boolean => /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text);

const MASKED = /^'+[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A cell that no spreadsheet runs: with an apostrophe before it, if it needs one. `restored` takes exactly that away. */
export const neutralised = (cell: string): string => (isFormula(cell) || MASKED.test(cell) ? `'${cell}` : cell);

/** The cell that `neutralised` was given. */
export const restored = (cell: string): string => (MASKED.test(cell) ? cell.slice(1) : cell);

/** One line of CSV (RFC 4180), no cell of which a spreadsheet runs. */
export function csvLine(cells: readonly string[], delimiter: string): string {
  return `${cells.map((cell) => quotedCell(neutralised(cell), delimiter)).join(delimiter)}\n`;
}

function quotedCell(cell: string, delimiter: string): string {
  const needsQuotes = cell.includes('"') || cell.includes('\n') || cell.includes('\r') || cell.includes(delimiter);
  return needsQuotes || cell.trim() !== cell ? `"${cell.replaceAll('"', '""')}"` : cell;
}
