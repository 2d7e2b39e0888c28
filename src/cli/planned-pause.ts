import { InvalidArgumentError } from 'commander';
import { firstShowing, midnightOf } from '../domain/calendar/wall-clock';
import type { Instant } from '../domain/ids';
import type { PauseMode } from '../domain/pause/pause';
import type { PlannedPause } from '../domain/simulation/pauses';

/** A day after the simulation begins, or a date. */
type Edge = { readonly type: 'days'; readonly days: number } | { readonly type: 'date'; readonly date: string };

/** As it is written: `10d..20d:freeze`, `2026-12-24..2027-01-02:skip:course-nurture`. */
export interface WrittenPause {
  readonly from: Edge;
  readonly to: Edge;
  readonly mode: PauseMode;
  readonly sequence?: string;
}

const WRITTEN = /^([\dd-]+)\.\.([\dd-]+):(freeze|elapse|skip)(?::([a-z0-9-]+))?$/;
const HOW = 'write FROM..TO:MEANING, like 10d..20d:freeze or 2026-12-24..2027-01-02:skip:course-nurture';
const DAY = 86_400_000;

export function writtenPause(text: string, before: readonly WrittenPause[] = []): readonly WrittenPause[] {
  const [, from = '', to = '', mode, sequence] = WRITTEN.exec(text) ?? [];
  const [begins, ends] = [edgeOf(from), edgeOf(to)];
  if (!begins || !ends || !isMode(mode)) throw new InvalidArgumentError(HOW);
  return [...before, { from: begins, to: ends, mode, ...(sequence === undefined ? {} : { sequence }) }];
}

const isMode = (text: string | undefined): text is PauseMode =>
  text === 'freeze' || text === 'elapse' || text === 'skip';

function edgeOf(text: string): Edge | undefined {
  if (/^\d{1,4}d$/.test(text)) return { type: 'days', days: Number(text.slice(0, -1)) };
  return /^\d{4}-\d\d-\d\d$/.test(text) && midnightOf(text) !== undefined ? { type: 'date', date: text } : undefined;
}

/** At its time; a date begins at midnight of the company's clock. Undefined: it ends before it begins. */
export function plannedPause(
  { from, to, mode, sequence }: WrittenPause,
  o: { readonly startsAt: Instant; readonly zone: string; readonly perMinute: number },
): PlannedPause | undefined {
  const at = (edge: Edge): Instant =>
    edge.type === 'days' ? o.startsAt + edge.days * DAY : firstShowing(midnightOf(edge.date) ?? o.startsAt, o.zone);
  const planned = { mode, from: at(from), to: at(to), perMinute: o.perMinute };
  if (planned.from >= planned.to) return undefined;
  return sequence === undefined ? planned : { ...planned, sequence };
}
