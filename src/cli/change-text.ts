import { durationText } from '../domain/calendar/duration';
import { isSame, type SequenceDiff } from '../domain/change/diff';
import type { MigrationReport } from '../domain/change/report';
import type { PlaceCount } from '../store/change-places';
import { table } from './table';

/** What differs, one line a step: `+` added, `-` removed, `=` under another id, `~` changed, `>` moved. */
export function diffText(diff: SequenceDiff): string {
  if (isSame(diff)) return '  nothing differs\n';
  const { added, removed, renamed, changed, moved, rules } = diff;
  const lines = [
    ...added.map((id) => `+ ${id}`),
    ...removed.map((id) => `- ${id}`),
    ...renamed.map(({ from, to }) => `= ${from} → ${to}`),
    ...changed.map(({ stepId, fields }) => `~ ${stepId}: ${fields.join(', ')}`),
    ...moved.map((id) => `> ${id} stands elsewhere`),
    ...(rules.length > 0 ? [`~ of the sequence: ${rules.join(', ')}`] : []),
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}

export function placesText(places: readonly PlaceCount[]): string {
  const rows = places.map(({ version, stepId, running }) => [String(version), stepId ?? '', String(running)]);
  return table(['version', 'step', 'journeys'], rows);
}

/** How many journeys of each version are under way: `100 on version 3, 20 on version 2`. */
export function versionsText(places: readonly PlaceCount[]): string {
  return [...runningByVersion(places)].map(([version, count]) => `${count} on version ${version}`).join(', ');
}

export function runningByVersion(places: readonly PlaceCount[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { version, running } of places) counts.set(version, (counts.get(version) ?? 0) + running);
  return counts;
}

const WORDS = { moves: 'move', ends: 'end', stays: 'stay' } as const;
const DONE = { moves: 'moved', ends: 'ended', stays: 'stayed' } as const;

/** Who moves, ends and stays, with reasons; what falls due. `isDone`: it has happened. */
export function reportText(report: MigrationReport, { isDone = false } = {}): string {
  const { journeys, moves, ends, stays, credited, groups } = report;
  const words = isDone ? DONE : WORDS;
  const sum = `${journeys} journeys: ${moves} ${words.moves}, ${ends} ${words.ends}, ${stays} ${words.stays}; the wait of ${credited} ${isDone ? 'was' : 'is'} credited\n`;
  const rows = groups.map(({ version, stepId, outcome, reason, journeys: count, ids }) => [
    String(count),
    words[outcome],
    `v${version} ${stepId}`,
    reason,
    outcome === 'stays' ? (ids[0] ?? '') : '',
  ]);
  const shown = rows.length > 0 ? `\n${table(['journeys', '', 'from', '', 'for instance'], rows)}` : '';
  return sum + shown + fixesText(report);
}

function fixesText({ groups }: MigrationReport): string {
  const fixes = groups.filter(({ outcome, fix }) => outcome === 'stays' && fix !== '');
  const lines = [...new Set(fixes.map(({ stepId, fix }) => `  ${stepId}: ${fix}\n`))];
  return lines.length > 0 ? `\nTo move those that stay:\n${lines.join('')}` : '';
}

/** Mails of the next day, and a warning when many more fall due than without the change. */
export function dueText({ due, caps }: MigrationReport, { warnAbove }: { readonly warnAbove: number }): string {
  if (due.length === 0) return 'Mails due within 24 hours of moving: none\n';
  const rows = due.map(({ stepId, within24h, newly, atOnce }) => [
    stepId,
    String(within24h),
    String(newly),
    String(atOnce),
  ]);
  const shown = table(['mail', 'within 24 h', 'newly', 'at once'], rows);
  const pressed = caps.map(
    ({ purpose, most, withinMs, journeys }) =>
      `${journeys} journeys come to more than ${most} mails of ${purpose} within ${durationText(withinMs)}: the gate defers the others\n`,
  );
  const newly = newlyDue(due);
  const warning =
    newly > warnAbove
      ? [`Warning: ${newly} mails fall due that would not have. Move in parts (--limit) or slowly (--per-minute).\n`]
      : [];
  return `Mails due within 24 hours of moving:\n${[shown, ...pressed, ...warning].join('')}`;
}

export const newlyDue = (due: MigrationReport['due']): number => due.reduce((sum, { newly }) => sum + newly, 0);
