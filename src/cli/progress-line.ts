import type { ImportCounts } from '../importing/tally';
import { createWrittenOver } from './written-over';

/** How far an import is, on a line that is written over. */
export function createProgressLine({ isQuiet }: { readonly isQuiet: boolean }) {
  const { show, end } = createWrittenOver({ isQuiet });
  return {
    show: ({ read, imported, repeated, rejected }: ImportCounts): void =>
      show(`${read} rows read, ${imported} imported, ${repeated} repeated, ${rejected} rejected`),
    end,
  };
}
