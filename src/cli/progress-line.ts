import { durationText } from '../domain/calendar/duration';
import type { ImportCounts } from '../importing/report';
import { createWrittenOver } from './written-over';

/** How far an import is, how fast, and how long it will take, on a line that is written over. */
export function createProgressLine({ isQuiet }: { readonly isQuiet: boolean }) {
  const { show, end } = createWrittenOver({ isQuiet });
  const startedAt = performance.now();
  let first: { readonly read: number; readonly share: number } | undefined;
  return {
    show: (counts: ImportCounts, share = 0): void => {
      first ??= { read: counts.read, share }; // of an import that goes on, what was done before took other time
      const seconds = (performance.now() - startedAt) / 1000;
      show(progressText(counts, { share, seconds, first }));
    },
    end,
  };
}

interface Pace {
  /** Of the file that was read, 0 to 1. */
  readonly share: number;
  readonly seconds: number;
  readonly first: { readonly read: number; readonly share: number };
}

/** What the line says. */
export function progressText(
  { read, imported, repeated, rejected }: ImportCounts,
  { share, seconds, first }: Pace,
): string {
  const rate = Math.round((read - first.read) / Math.max(seconds, 0.001));
  const done = share - first.share;
  const left = done > 0.01 ? ((1 - share) / done) * seconds : undefined;
  const ahead =
    left === undefined || rate === 0 ? '' : `, ${rate} rows/s, ${durationText(Math.ceil(left) * 1000)} left`;
  const counted = `${read} rows read, ${imported} imported, ${repeated} repeated, ${rejected} rejected`;
  return `${Math.floor(share * 100)}%  ${counted}${ahead}`;
}
