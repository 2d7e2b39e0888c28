import type { SuppressionRow } from '../store/suppression-list';
import { minuteText, onOneLine } from './output';
import { table } from './table';

export function suppressionsText(rows: readonly SuppressionRow[]): string {
  const lines = rows.map(({ email, hash, scope, reason, at, importId }) =>
    [email ?? hash ?? '', scope, reason, minuteText(at), importId ?? ''].map(onOneLine),
  );
  return table(['address or hash', 'scope', 'reason', 'since (UTC)', 'import'], lines);
}
