import type { SuppressionsImported } from '../importing/suppressions';
import type { SuppressionImportRow, SuppressionRow } from '../store/suppression-list';
import { minuteText, onOneLine } from './output';
import { table } from './table';

export function suppressionsText(rows: readonly SuppressionRow[]): string {
  const lines = rows.map(({ email, hash, scope, reason, at, importId }) =>
    [email ?? hash ?? '', scope, reason, minuteText(at), importId ?? ''].map(onOneLine),
  );
  return table(['address or hash', 'scope', 'reason', 'since (UTC)', 'import'], lines);
}

export function importsText(rows: readonly SuppressionImportRow[]): string {
  const lines = rows.map(({ id, file, scope, added, repeated, rejected, at, undoneAt }) =>
    [id, minuteText(at), file, scope, String(added), String(repeated), String(rejected), minuteText(undoneAt)].map(
      onOneLine,
    ),
  );
  return table(['id', 'at (UTC)', 'file', 'scope', 'added', 'were there', 'rejected', 'taken back'], lines);
}

interface Answer extends SuppressionsImported {
  readonly isDryRun: boolean;
  readonly rejectsFile: string | null;
}

export function importedText({ importId, added, repeated, rejected, problems, isDryRun, rejectsFile }: Answer): string {
  const counted = isDryRun
    ? `${added} addresses would be suppressed, nothing was written`
    : `${added} addresses suppressed, ${repeated} were already`;
  return [
    `${counted}; ${rejected} rows rejected\n`,
    ...problems.map(({ line, reason }) => `  line ${line}: ${onOneLine(reason)}\n`),
    ...(rejectsFile === null ? [] : [`Rejected rows: ${rejectsFile}\n`]),
    ...(importId === null ? [] : [`Take it back: viveiro suppression undo ${importId}\n`]),
  ].join('');
}
