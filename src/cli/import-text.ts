import type { Json } from '../domain/ids';
import { NOTHING } from '../importing/report';
import type { ImportResult } from '../importing/run';
import type { ImportRunRow } from '../store/imports/runs';
import type { Undone } from '../store/imports/undo';
import { minuteText, onOneLine } from './output';
import { table } from './table';

interface IsDryRun {
  readonly isDryRun: boolean;
}

/** The counts of an import, and the first rows that were rejected; of a dry run: samples of all that would change. */
export function importText(result: ImportResult, { isDryRun }: IsDryRun): string {
  return [
    resumedText(result),
    countsText(result, { isDryRun }),
    rejectsText(result),
    isDryRun ? foretoldText(result) : '',
    result.importId === null ? '' : `\nTake it back: viveiro import undo ${result.importId}\n`,
  ].join('');
}

const resumedText = ({ resumedAfter }: ImportResult): string =>
  resumedAfter > 0 ? `went on behind row ${resumedAfter}, where it was broken off\n` : '';

function countsText(result: ImportResult, { isDryRun }: IsDryRun): string {
  const { kind, read, imported, repeated, rejected, leftOut, beyondLimit, rejectsFile } = result;
  const again = kind === 'contacts' ? 'contacts of whom nothing new is told' : `${kind} that came before`;
  const rows = [
    ['read', read, 'rows'],
    [isDryRun ? 'would import' : 'imported', imported, kind],
    ['repeated', repeated, again],
    ['rejected', rejected, `rows${rejectsFile ? `, see ${rejectsFile}` : ''}`],
    ...Object.entries(leftOut).map(([reason, count]) => ['left out', count, `rows: ${reason}`] as const),
    ...optional([['not taken', beyondLimit, 'rows beyond the limit']]),
    ...contactRows(result),
    ...result.warningsByKind.map(
      ({ reason, count, lines }) =>
        ['warned', count, `rows like line ${lines.join(', ')}: ${onOneLine(reason)}`] as const,
    ),
  ] as const;
  return rows.map((row) => line(row)).join('');
}

type Line = readonly [what: string, count: number, of: string];

const optional = (lines: readonly Line[]): readonly Line[] => lines.filter(([, count]) => count > 0);

const contactRows = ({ created, updated, merged, entries, suppressed, consented }: ImportResult): readonly Line[] =>
  optional([
    ['new', created, 'contacts'],
    ['changed', updated, 'rows changed a contact that was known'],
    ['merged', merged, 'rows about a contact of a row above'],
    ['on the list', entries, 'new entries'],
    ['suppressed', suppressed, 'of them, which get no mail'],
    ['allowed', consented, 'of them may be mailed by the basis of the list'],
  ]);

const line = ([what, count, of]: Line): string => `${what.padEnd(12)}  ${String(count).padStart(7)}  ${of}\n`;

function rejectsText({ firstRejects, rejected }: ImportResult): string {
  if (rejected === 0 || firstRejects.length === 0) return '';
  const rows = firstRejects.map(({ line: at, code, reason }) => [String(at), code, onOneLine(reason)]);
  const more = rejected > rows.length ? `and ${rejected - rows.length} more\n` : '';
  return `\n${table(['line', 'code', 'reason'], rows)}${more}`;
}

function foretoldText(result: ImportResult): string {
  const { isCompared, encoding, delimiter, unmapped, rejectsByKind, changesByField } = result;
  const kinds = rejectsByKind.map(({ reason, count, samples }) => [
    String(count),
    samples.map((one) => one.line).join(', '),
    onOneLine(reason),
  ]);
  const changes = changesByField.flatMap(({ field, count, samples }) =>
    samples.map((one, index) => [
      index === 0 ? field : '',
      index === 0 ? String(count) : '',
      String(one.line),
      shown(one.before),
      shown(one.after),
    ]),
  );
  return [
    `\nencoding ${encoding}, delimiter ${JSON.stringify(delimiter)}\n`,
    unmapped.length > 0
      ? `columns that the mapping does not name: ${onOneLine(unmapped.join(', ')).slice(0, 500)}\n`
      : '',
    kinds.length > 0 ? `\n${table(['rejected', 'lines like', 'because'], kinds)}` : '',
    changes.length > 0 ? `\n${table(['would change', 'rows', 'line', 'from', 'to'], changes)}` : '',
    isCompared ? '' : 'No database runs: this is by the file alone, not compared with what is on record.\n',
    'Nothing was changed.\n',
  ].join('');
}

const MOST_SHOWN = 40;

function shown(value: Json): string {
  if (value === null) return '(none)';
  const text = onOneLine(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

export function runsText(runs: readonly ImportRunRow[]): string {
  const rows = runs.map(({ id, at, kind, file, list, status, rowsDone, report }) => {
    const { imported, rejected } = { ...NOTHING, ...report };
    return [
      id,
      minuteText(at),
      kind,
      file,
      list ?? '',
      status,
      String(rowsDone),
      String(imported),
      String(rejected),
    ].map(onOneLine);
  });
  return table(['id', 'at (UTC)', 'kind', 'file', 'list', 'status', 'rows', 'imported', 'rejected'], rows);
}

/** One import, as it is on record. */
export function runText(run: ImportRunRow): string {
  const { id, kind, name, file, list, status, rowsDone, at, endedAt, undoneAt, rejectsFile } = run;
  const counts = { ...NOTHING, ...run.report };
  const facts = [
    ['import', id],
    ['kind', `${kind} by the mapping ${name}`],
    ['file', file],
    ...(list === null ? [] : [['list', list]]),
    ['status', status === 'running' ? `broken off or under way, ${rowsDone} rows done: do it again to go on` : status],
    ['begun', `${minuteText(at)} UTC`],
    ...(endedAt === null ? [] : [['ended', `${minuteText(endedAt)} UTC`]]),
    ...(undoneAt === null ? [] : [['taken back', `${minuteText(undoneAt)} UTC`]]),
    ...(rejectsFile === null ? [] : [['rejects', rejectsFile]]),
  ];
  const numbers = Object.entries(counts).flatMap(([what, value]) =>
    typeof value === 'number' && value > 0 ? [[what, String(value)]] : [],
  );
  const reasons = Object.entries({ ...counts.reasons, ...counts.warnings }).map(
    ([reason, count]) => `  ${count}  ${onOneLine(reason)}\n`,
  );
  return [
    ...[...facts, ...numbers].map(([what = '', value = '']) => `${what.padEnd(12)}  ${onOneLine(value)}\n`),
    ...reasons,
  ].join('');
}

/** What taking an import back came to, and what stays. */
export function undoneText(undone: Undone, { isDryRun }: IsDryRun): string {
  const { contactsRemoved, leadsRemoved, entriesRemoved, fieldsRestored, consentsWithdrawn, kept } = undone;
  const { purchasesRemoved, suppressionsRemoved } = undone;
  const rows = [
    [String(contactsRemoved), 'contacts removed, which the import had made and nothing else had happened to'],
    [String(leadsRemoved), 'leads removed'],
    [String(purchasesRemoved), 'purchases removed'],
    [String(entriesRemoved), 'list entries removed'],
    [String(fieldsRestored), 'values restored'],
    [String(consentsWithdrawn), 'consents withdrawn of contacts that stay'],
    [String(suppressionsRemoved), 'suppressions removed; those addresses can be mailed again'],
  ];
  const stays = kept.map(({ reason, count, contacts }) => [String(count), reason, contacts.join(' ')]);
  return [
    isDryRun ? 'This would be taken back; nothing was changed.\n' : '',
    ...rows.map(([count = '', what = '']) => `${count.padStart(7)}  ${what}\n`),
    stays.length > 0 ? `\n${table(['stay', 'why', 'such as'], stays)}` : '',
  ].join('');
}
