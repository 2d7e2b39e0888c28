import { z } from 'zod';
import { DAY_MS, dayOf, firstShowing, wallAt } from '../calendar/wall-clock';
import type { Instant } from '../ids';
import type { RateRules } from './account-limits';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** From the finest on. */
const KINDS = ['perMinute', 'perHour', 'perDay'] as const;
type Kind = (typeof KINDS)[number];

const counts = z.partialRecord(z.enum(KINDS), z.object({ start: z.number(), count: z.number() }).readonly()).readonly();
type Counts = z.output<typeof counts>;

/** How many mails an account has taken and promised; plain JSON, one for all workers. */
export const paceSchema = z
  .object({
    /** Claimed in the windows that were last begun. */
    taken: counts,
    /** Those who wait stand in line: where its end is, and how many are taken or promised in the windows there. */
    line: z.object({ at: z.number(), counts }).readonly().nullable(),
  })
  .readonly();
export type Pace = z.output<typeof paceSchema>;

export const NO_PACE: Pace = { taken: {}, line: null };

/** A mail that asks for its slot. */
export interface PaceQuestion {
  readonly rates: RateRules;
  readonly now: Instant;
  /** Of the company, whose days count. */
  readonly zone: string;
  /** When its slot was promised to be; null: it was not. */
  readonly slot: Instant | null;
  /** Its recipient waits for it: it stands in no line, and keeps to the rates all the same. */
  readonly isUrgent: boolean;
}

/** `pace`: what is on record then. `wait`: its slot is at `until`; `isPromised`: nobody who asks later comes before it. */
export type PaceAnswer =
  | { readonly type: 'go'; readonly pace: Pace }
  | { readonly type: 'wait'; readonly until: Instant; readonly isPromised: boolean; readonly pace: Pace };

/** Whether a mail may be claimed now, or when its slot is. No window ever takes more than its rate. */
export function paceOf(pace: Pace, asked: PaceQuestion): PaceAnswer {
  const question = { ...asked, now: noEarlier(pace, asked.now) };
  const { now, slot, isUrgent } = question;
  const end = endOfLine(pace, question);
  if (isUrgent) return urgent(pace, question, end);
  if (slot !== null && isOneWindow(question, slot, now)) {
    if (hasRoom(pace, question)) return { type: 'go', pace: { ...pace, taken: added(takenAt(pace, question), 1) } };
  } else if (slot !== null && now < slot) return { type: 'wait', until: slot, isPromised: true, pace };
  const next = firstWithRoom(end, question);
  const line = { at: next.at, counts: added(next.counts, 1) };
  if (next.at <= now) return { type: 'go', pace: { taken: added(takenAt(pace, question), 1), line } }; // nobody waits
  return { type: 'wait', until: slotIn(next, question), isPromised: true, pace: { ...pace, line } };
}

/** Claims that began before others, or by a clock that is behind, come in the windows that those have begun. */
const BEHIND_MS = 5 * MINUTE;

function noEarlier({ taken }: Pace, now: Instant): Instant {
  const last = Math.max(now, ...Object.values(taken).map(({ start }) => start));
  return last - now > BEHIND_MS ? now : last; // a clock that was set back: what it counted before counts for nothing
}

function urgent(pace: Pace, question: PaceQuestion, end: Line): PaceAnswer {
  const { now } = question;
  if (!hasRoom(pace, question)) {
    const full = declared(question).filter((kind) => !isRoomIn(takenAt(pace, question), question, kind));
    const until = Math.max(...full.map((kind) => windowAfter(kind, now, question.zone)));
    return { type: 'wait', until, isPromised: false, pace };
  }
  const here = takenAt(pace, question);
  // in the windows of now it stands before those who wait in them; in later ones it has no place
  const counts = Object.fromEntries(
    Object.entries(end.counts).map(([kind, one]) => [
      kind,
      one.start === here[kind as Kind]?.start ? { ...one, count: one.count + 1 } : one, // keys of a Counts are kinds
    ]),
  );
  return { type: 'go', pace: { taken: added(here, 1), line: { at: end.at, counts } } };
}

interface Line {
  readonly at: Instant;
  readonly counts: Counts;
}

/** What windows hang on. */
type Clocks = Pick<PaceQuestion, 'rates' | 'now' | 'zone'>;

const declared = ({ rates }: Pick<Clocks, 'rates'>): readonly Kind[] =>
  KINDS.filter((kind) => rates[kind] !== undefined);

/** The start of the window of a kind that a moment is in. */
function windowOf(kind: Kind, at: Instant, zone: string): Instant {
  switch (kind) {
    case 'perMinute':
      return Math.floor(at / MINUTE) * MINUTE;
    case 'perHour':
      return Math.floor(at / HOUR) * HOUR;
    case 'perDay':
      return firstShowing(dayOf(wallAt(at, zone)), zone);
    default:
      throw new TypeError(`unknown window ${JSON.stringify(kind satisfies never)}`);
  }
}

function windowAfter(kind: Kind, at: Instant, zone: string): Instant {
  switch (kind) {
    case 'perMinute':
      return windowOf(kind, at, zone) + MINUTE;
    case 'perHour':
      return windowOf(kind, at, zone) + HOUR;
    case 'perDay':
      return firstShowing(dayOf(wallAt(at, zone)) + DAY_MS, zone);
    default:
      throw new TypeError(`unknown window ${JSON.stringify(kind satisfies never)}`);
  }
}

/** What is counted in the windows of a moment; one that has just begun has nothing. */
function countsAt(known: Counts, question: Clocks, at: Instant): Counts {
  return Object.fromEntries(
    declared(question).map((kind) => {
      const start = windowOf(kind, at, question.zone);
      const one = known[kind];
      return [kind, one?.start === start ? one : { start, count: 0 }];
    }),
  );
}

const takenAt = (pace: Pace, question: Clocks): Counts => countsAt(pace.taken, question, question.now);

/** The end of the line as it is now: where nobody waits any more, it is here, behind what was taken here. */
function endOfLine({ taken, line }: Pace, question: Clocks): Line {
  const { now } = question;
  const at = Math.max(now, line?.at ?? now);
  const ofLine = countsAt(line?.counts ?? {}, question, at);
  const ofTaken = countsAt(taken, question, at);
  const most = declared(question).map((kind) => {
    const [one, other] = [ofLine[kind], ofTaken[kind]];
    return [kind, one && other && other.count > one.count ? other : one] as const;
  });
  return { at, counts: Object.fromEntries(most) };
}

const isRoomIn = (known: Counts, { rates }: Clocks, kind: Kind): boolean =>
  (known[kind]?.count ?? 0) < (rates[kind] ?? Number.POSITIVE_INFINITY);

const hasRoom = (pace: Pace, question: Clocks): boolean => {
  const taken = takenAt(pace, question);
  return declared(question).every((kind) => isRoomIn(taken, question, kind));
};

/** The first moment from there on at which no window is full. It ends: each step begins a window with nothing in it. */
function firstWithRoom({ at, counts: known }: Line, question: Clocks): Line {
  const here = countsAt(known, question, at);
  const full = declared(question).filter((kind) => !isRoomIn(here, question, kind));
  if (full.length === 0) return { at, counts: here };
  const next = Math.max(...full.map((kind) => windowAfter(kind, at, question.zone)));
  return firstWithRoom({ at: next, counts: here }, question);
}

const added = (known: Counts, more: number): Counts =>
  Object.fromEntries(Object.entries(known).map(([kind, one]) => [kind, { ...one, count: one.count + more }]));

const endOfWindow = (question: Clocks, at: Instant): Instant =>
  Math.min(...declared(question).map((kind) => windowAfter(kind, at, question.zone)));

/** A slot is good for the windows that it lies in. */
const isOneWindow = (question: Clocks, one: Instant, other: Instant): boolean =>
  declared(question).every((kind) => windowOf(kind, one, question.zone) === windowOf(kind, other, question.zone));

/** Slots of one window follow each other over its first half, an hour at most: not all at once, and with time left to be late in. */
function slotIn({ at, counts: known }: Line, question: Clocks): Instant {
  const [finest] = declared(question);
  if (finest === undefined) return at;
  const spread = Math.min((endOfWindow(question, at) - at) / 2, HOUR);
  return at + Math.floor((spread * (known[finest]?.count ?? 0)) / (question.rates[finest] ?? 1));
}

export type Used = { readonly [K in Kind]?: { readonly count: number; readonly most: number } };

/** How much of its rates an account has used in the windows of now. */
export function usedOf(pace: Pace, question: Pick<PaceQuestion, 'rates' | 'now' | 'zone'>): Used {
  const { rates } = question;
  const taken = takenAt(pace, question);
  return Object.fromEntries(
    declared(question).map((kind) => [kind, { count: taken[kind]?.count ?? 0, most: rates[kind] ?? 0 }]),
  );
}
