import type { HandoffStatus } from '../journey/move';

/** A handoff that waits: for its rep, then for rep or manager. */
export type OpenStatus = 'offered' | 'escalated';
export type Status = OpenStatus | HandoffStatus;

/** How a rep or manager answers. */
export const ANSWERS = ['accept', 'reject', 'recycle'] as const;
export type Answer = (typeof ANSWERS)[number];
export type HandoffAction = Answer | 'escalate' | 'expire';

type Row = { readonly [A in HandoffAction]?: Status };
const ANSWERED = { accept: 'accepted', reject: 'rejected', recycle: 'recycled' } as const satisfies {
  readonly [A in Answer]: HandoffStatus;
};

/** An answer holds for good: nothing leads out of the states that one leads into, nor out of `expired`. */
const TRANSITIONS = {
  offered: { ...ANSWERED, escalate: 'escalated' },
  escalated: { ...ANSWERED, expire: 'expired' },
  accepted: {},
  rejected: {},
  recycled: {},
  expired: {},
} as const satisfies { readonly [S in Status]: Row };

/** The status that an action leads to; undefined where it has no effect. */
export function nextStatus(status: Status, action: HandoffAction): Status | undefined {
  const row: Row = TRANSITIONS[status];
  return row[action];
}

export const statusOf = (answer: Answer): HandoffStatus => ANSWERED[answer];

export function isOpen(status: Status): status is OpenStatus {
  return Object.keys(TRANSITIONS[status]).length > 0;
}

/** For the columns of the database, which know text alone. */
export function isStatus(text: string): text is Status {
  return Object.hasOwn(TRANSITIONS, text);
}

/** The statuses from which an action has an effect: the guard of a compare-and-set. */
export function statusesBefore(action: HandoffAction): readonly Status[] {
  return Object.keys(TRANSITIONS)
    .filter(isStatus)
    .filter((status) => nextStatus(status, action) !== undefined);
}
