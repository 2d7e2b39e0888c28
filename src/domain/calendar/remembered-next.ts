import type { Instant } from '../ids';

const DAY_MS = 86_400_000;
/** Days that are remembered of one question: who goes through time, however long, asks about the days around. And questions. */
const MOST_DAYS = 10;
const MOST_QUESTIONS = 2000;

interface Answered {
  from: Instant;
  readonly next: Instant;
}

const answers = new Map<string, Map<number, Answered[]>>();

/**
 * The answer to "when is it next, after `now`?", of which `workedOut` costs much: what was next at one moment is next at every later
 * one, until it has come. `question`: all that the answer depends on but `now`.
 */
export function rememberedNext(question: string, now: Instant, workedOut: () => Instant): Instant {
  const day = Math.floor(now / DAY_MS);
  const known = answers.get(question)?.get(day);
  const fitting = known?.find(({ from, next }) => from <= now && now < next);
  if (fitting) return fitting.next;
  const next = workedOut();
  const same = known?.find((one) => one.next === next);
  if (same)
    same.from = now; // it was asked for later before
  else keep(question, day, { from: now, next });
  return next;
}

function keep(question: string, day: number, answer: Answered): void {
  if (answers.size >= MOST_QUESTIONS) answers.clear();
  const days = answers.get(question) ?? new Map<number, Answered[]>();
  const [oldest] = days.keys();
  if (oldest !== undefined && days.size >= MOST_DAYS) days.delete(oldest);
  days.set(day, [...(days.get(day) ?? []), answer]);
  answers.set(question, days);
}
