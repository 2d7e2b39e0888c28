import { wallAt } from '../calendar/wall-clock';
import type { Instant } from '../ids';

/** What is scarce. What is left out is not. */
export interface Resources {
  /** Mails that the provider takes. */
  readonly mailsPerSecond?: number;
  readonly mailsPerHour?: number;
  /** Handoffs that one rep or manager can answer. */
  readonly handoffsPerDay?: number;
  readonly handoffsPerWeek?: number;
}

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** 1970-01-05, a Monday, from which weeks are counted. */
const FIRST_MONDAY = 4 * DAY;

/** The provider's turns: one mail after the other, each at its time. */
export class Provider {
  private readonly gapMs: number;
  private freeAt: Instant = Number.NEGATIVE_INFINITY;

  constructor({ mailsPerSecond, mailsPerHour }: Resources) {
    const perSecond = mailsPerSecond === undefined ? 0 : SECOND / mailsPerSecond;
    const perHour = mailsPerHour === undefined ? 0 : HOUR / mailsPerHour;
    this.gapMs = Math.max(perSecond, perHour);
  }

  /** Takes the next turn: `now`, or when those before are through. */
  nextTurn(now: Instant): Instant {
    if (this.gapMs === 0) return now;
    const at = Math.max(now, this.freeAt);
    this.freeAt = at + this.gapMs;
    return at;
  }
}

/** How much each rep has worked, by days and weeks of the company's clock. */
export class Desks {
  private readonly days = new Map<string, { day: number; count: number }>();
  private readonly weeks = new Map<string, { week: number; count: number }>();

  constructor(
    private readonly resources: Resources,
    private readonly zone: string,
  ) {}

  /** Whether the rep has room for one more answer at `now`; if so, it is taken. */
  take(rep: string, now: Instant): boolean {
    const { handoffsPerDay = Number.POSITIVE_INFINITY, handoffsPerWeek = Number.POSITIVE_INFINITY } = this.resources;
    const local = wallAt(now, this.zone);
    const day = this.dayOf(rep, Math.floor(local / DAY));
    const week = this.weekOf(rep, Math.floor((local - FIRST_MONDAY) / (7 * DAY)));
    if (day.count >= handoffsPerDay || week.count >= handoffsPerWeek) return false;
    day.count += 1;
    week.count += 1;
    return true;
  }

  private dayOf(rep: string, day: number) {
    const known = this.days.get(rep);
    if (known?.day === day) return known;
    const fresh = { day, count: 0 };
    this.days.set(rep, fresh);
    return fresh;
  }

  private weekOf(rep: string, week: number) {
    const known = this.weeks.get(rep);
    if (known?.week === week) return known;
    const fresh = { week, count: 0 };
    this.weeks.set(rep, fresh);
    return fresh;
  }
}
