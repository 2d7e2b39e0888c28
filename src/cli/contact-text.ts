import type { MergeListed, PossibleDuplicate } from '../store/merge/list';
import type { Merged } from '../store/merge/merge';
import { minuteText, onOneLine } from './output';
import { table } from './table';

/** What a merge has done, or would do. */
export function mergedText(merged: Merged, { isDryRun }: { readonly isDryRun: boolean }): string {
  const { mergeId, contactId, mergedId, moved, leadsJoined, journeysEnded, words, suppressions, won } = merged;
  const rows = Object.entries(moved).map(([name, count]) => `${count} ${name}`);
  const lines = [
    isDryRun
      ? `Contact ${mergedId} would become one with ${contactId}. Nothing was changed.`
      : `Contact ${mergedId} is one with ${contactId} now.`,
    rows.length > 0 ? `Moved: ${rows.join(', ')}` : 'There was nothing to move.',
    ...(leadsJoined > 0 ? [`Leads in the same offer that became one: ${leadsJoined}`] : []),
    ...journeysEnded.map(({ journeyId, reason }) => `Journey ${journeyId} ends: ${reason}`),
    ...(words.length > 0 ? [`The other's word holds about: ${words.join(', ')}`] : []),
    ...(suppressions > 0 ? [`Suppressions that hold for both addresses now: ${suppressions}`] : []),
    ...Object.entries(won).map(([value, side]) => `Both had ${value}: that of the ${side} contact holds`),
    ...(isDryRun ? [] : [`Take it back: viveiro contact unmerge ${mergeId}`]),
  ];
  return `${lines.map(onOneLine).join('\n')}\n`;
}

export function mergesText(merges: readonly MergeListed[]): string {
  if (merges.length === 0) return 'No contacts were merged.\n';
  const rows = merges.map(({ id, contact, mergedId, at, undoneAt, by, reason }) => [
    ...[id, contact, mergedId, minuteText(at), minuteText(undoneAt), onOneLine(by)],
    onOneLine(reason),
  ]);
  return table(['merge', 'contact', 'merged', 'at', 'taken back', 'by', 'reason'], rows);
}

export function duplicatesText(duplicates: readonly PossibleDuplicate[]): string {
  if (duplicates.length === 0) return 'No two contacts look like one.\n';
  return table(
    ['contact', 'other', 'why'],
    duplicates.map(({ contact, other, reason }) => [contact, other, reason]),
  );
}
