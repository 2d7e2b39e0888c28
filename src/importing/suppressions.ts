import type { SuppressionScope } from '../domain/consent/scope';
import type { Encoding } from './inspect';
import type { SuppressionsMap } from './map';
import { openCsv } from './rows';

export interface PlainSuppressions {
  readonly delimiter?: string | undefined;
  readonly encoding?: Encoding | undefined;
  /** Of rows that name none. */
  readonly scope: SuppressionScope;
}

const ADDRESS = 'address';

/**
 * The mapping of a file that `viveiro suppression export` has written, or one like it: the column `address`, and `scope` and `reason` if
 * there are such. Throws VIV_FILE_UNREADABLE, VIV_CSV_NOT_TEXT and VIV_CSV_INVALID.
 */
export async function plainSuppressions(
  file: string,
  { delimiter, encoding, scope }: PlainSuppressions,
): Promise<SuppressionsMap> {
  const csv = await openCsv(file, { delimiter, encoding, needs: [ADDRESS] });
  await csv.close();
  const named = (column: string) => (csv.columns.includes(column) ? `{${column}}` : undefined);
  return {
    import: 'suppressions',
    name: 'suppressions',
    delimiter,
    encoding,
    decimal: '.',
    leaveOut: [],
    limitBy: 'row',
    suppression: { address: `{${ADDRESS}}`, scope: named('scope'), reason: named('reason'), defaultScope: scope },
  };
}
