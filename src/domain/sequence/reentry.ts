import { durationText } from '../calendar/duration';
import type { Instant } from '../ids';
import type { Definition } from './definition';

export interface PastJourney {
  readonly id: string;
  readonly running: boolean;
  readonly enteredAt: Instant;
}

/** Why a contact may not enter again; undefined when it may. Never two journeys of one sequence at once. */
export function reentry(rule: Definition['reenter'], past: readonly PastJourney[], now: Instant): string | undefined {
  if (past.some(({ running }) => running)) return 'is already going through it';
  if (past.length === 0 || rule === 'always') return undefined;
  if (rule === 'never') return 'went through it before, and the sequence lets nobody in again';
  const last = Math.max(...past.map(({ enteredAt }) => enteredAt));
  return now - last < rule.after ? `entered it less than ${durationText(rule.after)} ago` : undefined;
}
