import type { ImportResult } from '../importing/run';
import { onOneLine } from './output';
import { table } from './table';

/** The counts of an import, and the first rows that were rejected. */
export function importText(result: ImportResult, { isDryRun }: { readonly isDryRun: boolean }): string {
  const { kind, read, imported, repeated, rejected, leftOut, beyondLimit, rejectsFile } = result;
  const rows = [
    ['read', String(read), 'rows'],
    [isDryRun ? 'would import' : 'imported', String(imported), kind],
    ['repeated', String(repeated), `${kind} that came before`],
    ['rejected', String(rejected), `rows${rejectsFile ? `, see ${rejectsFile}` : ''}`],
    ...Object.entries(leftOut).map(([reason, count]) => ['left out', String(count), `rows: ${reason}`]),
    ...(beyondLimit > 0 ? [['not taken', String(beyondLimit), 'rows beyond the limit']] : []),
  ];
  return `${rows.map((row) => line(row)).join('')}${rejectsText(result)}`;
}

const line = ([what = '', count = '', of = '']: readonly string[]): string =>
  `${what.padEnd(12)}  ${count.padStart(7)}  ${of}\n`;

function rejectsText({ firstRejects, rejected }: ImportResult): string {
  if (rejected === 0) return '';
  const rows = firstRejects.map(({ line: at, code, reason }) => [String(at), code, onOneLine(reason)]);
  const more = rejected > rows.length ? `and ${rejected - rows.length} more\n` : '';
  return `\n${table(['line', 'code', 'reason'], rows)}${more}`;
}
