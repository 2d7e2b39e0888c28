import { wallAt } from '../calendar/wall-clock';
import { EVENTS } from '../event';
import type { Instant } from '../ids';
import type { HandoffStatus } from '../journey/move';
import type { Definition } from '../sequence/definition';
import { Funnel, type StepCounts } from './funnel';
import type { Deferral, Observer } from './observer';
import type { PlannedPause } from './pauses';

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** What one run of a simulation came to. Days and hours are those of the company's clock, weeks are seven days from the start. */
export interface Counts {
  readonly entered: number;
  /** Journeys of before that went on. */
  readonly carriedOn: number;
  readonly refused: number;
  /** Entries that waited for their group, or for a day with room. */
  readonly waited: number;
  readonly running: number;
  readonly mails: number;
  readonly mailsPerDay: readonly number[];
  /** 24 numbers, from midnight. */
  readonly mailsPerHourOfDay: readonly number[];
  /** Most mails within one hour by the clock. */
  readonly mailsInBusiestHour: number;
  readonly deferrals: { readonly [D in Deferral]: number };
  /** Mails that the gate let not go, ever. */
  readonly skipped: number;
  readonly clicks: number;
  readonly calls: number;
  readonly purchases: number;
  readonly unsubscribes: number;
  readonly bounces: number;
  readonly mqls: number;
  readonly mqlsPerWeek: readonly number[];
  readonly handoffs: number;
  readonly handoffsPerWeek: readonly number[];
  readonly answersPerWeek: readonly number[];
  readonly handoffsByTeam: { readonly [team: string]: number };
  readonly handoffsByStatus: { readonly [S in HandoffStatus]: number };
  readonly escalations: number;
  /** Times that an answer had to wait for another day since whoever was to give it had no room. */
  readonly putOff: number;
  /** In the order in which they were asked for. */
  readonly pauses: readonly PauseCounts[];
  /** Variants that won. `day`: 1 for the first. */
  readonly winners: readonly {
    readonly sequence: string;
    readonly step: string;
    readonly variant: string;
    readonly day: number;
  }[];
  /** By sequence. */
  readonly outcomes: { readonly [sequence: string]: { readonly [outcome: string]: number } };
  readonly steps: readonly StepCounts[];
}

const EVENT_COUNTS = {
  [EVENTS.mailClicked]: 'clicks',
  [EVENTS.callRequested]: 'calls',
  [EVENTS.purchase]: 'purchases',
  [EVENTS.mailUnsubscribed]: 'unsubscribes',
  [EVENTS.mailBounced]: 'bounces',
} as const;
type Counted = (typeof EVENT_COUNTS)[keyof typeof EVENT_COUNTS];

/** What one pause did. */
export interface PauseCounts {
  /** Journeys that it held when it ended. */
  readonly held: number;
  /** How long (ms) it took until the last of them was woken. */
  readonly resumeMs: number;
  /** Mails and webhooks that fell due meanwhile, and were dropped. */
  readonly dropped: number;
  /** Mails of the 24 hours after its end. */
  readonly mailsInDayAfter: number;
}

export interface TallyOptions {
  readonly pauses?: readonly PlannedPause[];
  readonly startsAt: Instant;
  readonly days: number;
  readonly zone: string;
  readonly sequences: Iterable<Definition>;
}

/** Counts what happens in a simulation; it grows with days and steps, not with people. */
export class Tally implements Required<Pick<Observer, 'sent' | 'turned'>>, Observer {
  private readonly funnel: Funnel;
  private readonly midnight: Instant;
  private readonly perDay: number[];
  /** Of all hours, from the first midnight on. */
  private readonly hours: number[];
  private readonly mqlWeeks: number[];
  private readonly handoffWeeks: number[];
  private readonly answerWeeks: number[];
  private readonly events: { [C in Counted]: number } = {
    clicks: 0,
    calls: 0,
    purchases: 0,
    unsubscribes: 0,
    bounces: 0,
  };
  private readonly deferrals: { [D in Deferral]: number } = {
    cap: 0,
    gap: 0,
    'quiet-hours': 0,
    'send-days': 0,
    lane: 0,
    provider: 0,
  };
  private readonly teams = new Map<string, number>();
  private readonly statuses: { [S in HandoffStatus]: number } = { accepted: 0, rejected: 0, recycled: 0, expired: 0 };
  private readonly numbers = {
    entered: 0,
    carriedOn: 0,
    refused: 0,
    waited: 0,
    ended: 0,
    skipped: 0,
    escalations: 0,
    putOff: 0,
  };
  private readonly pauses: { -readonly [K in keyof PauseCounts]: number }[];
  private readonly winners: Counts['winners'][number][] = [];

  constructor(private readonly options: TallyOptions) {
    const { startsAt, days, zone } = options;
    this.midnight = Math.floor(this.wall(startsAt, zone) / DAY) * DAY;
    const weeks = Math.ceil(days / 7);
    this.perDay = zeros(days);
    this.hours = zeros((days + 2) * 24); // from midnight on, and clocks change: no mail comes after the last
    this.mqlWeeks = zeros(weeks);
    this.handoffWeeks = zeros(weeks);
    this.answerWeeks = zeros(weeks);
    const none = { held: 0, resumeMs: 0, dropped: 0, mailsInDayAfter: 0 };
    this.pauses = (options.pauses ?? []).map(() => ({ ...none }));
    this.funnel = new Funnel(options.sequences);
  }

  private wall(at: Instant, zone = this.options.zone): number {
    return wallAt(at, zone);
  }

  private addTo(counts: number[], size: number, at: Instant): void {
    const place = Math.min(counts.length - 1, Math.floor((this.wall(at) - this.midnight) / size));
    counts[place] = (counts[place] ?? 0) + 1;
  }

  entered(): void {
    this.numbers.entered += 1;
  }

  carriedOn: Required<Observer>['carriedOn'] = ({ definition, stepId }) => {
    this.numbers.carriedOn += 1;
    if (stepId !== undefined) this.funnel.count(definition, { from: undefined, path: [stepId], ended: undefined });
  };

  refused(): void {
    this.numbers.refused += 1;
  }

  waits(): void {
    this.numbers.waited += 1;
  }

  turned: Required<Observer>['turned'] = (run, { advanced, from }) => {
    this.funnel.count(run.definition, { from, path: advanced.path, ended: advanced.ended?.outcome });
    if (advanced.ended) this.numbers.ended += 1;
  };

  takenOver: Required<Observer>['takenOver'] = (run) => {
    this.funnel.count(run.definition, { from: run.stepId, path: [], ended: 'taken-over' });
    this.numbers.ended += 1;
  };

  sent: Required<Observer>['sent'] = (_, { at }) => {
    this.addTo(this.perDay, DAY, at);
    this.addTo(this.hours, HOUR, at);
    if (this.pauses.length > 0) this.countAfterPause(at);
  };

  private countAfterPause(at: Instant): void {
    for (const [index, { to }] of (this.options.pauses ?? []).entries()) {
      const counts = this.pauses[index];
      if (counts && at >= to && at < to + DAY) counts.mailsInDayAfter += 1;
    }
  }

  resumed: Required<Observer>['resumed'] = ({ index, held, lastsMs }) => {
    const counts = this.pauses[index];
    if (counts) Object.assign(counts, { held, resumeMs: lastsMs });
  };

  dropped: Required<Observer>['dropped'] = ({ index, count }) => {
    const counts = this.pauses[index];
    if (counts) counts.dropped += count;
  };

  decided: Required<Observer>['decided'] = ({ sequence, stepId: step, winner: variant, now }) => {
    const day = Math.floor((this.wall(now) - this.midnight) / DAY) + 1;
    this.winners.push({ sequence, step, variant, day });
  };

  unsent: Required<Observer>['unsent'] = (_, { deferral }) => {
    if (deferral) this.deferrals[deferral] += 1;
    else this.numbers.skipped += 1;
  };

  offered: Required<Observer>['offered'] = ({ team, offeredAt }) => {
    this.teams.set(team, (this.teams.get(team) ?? 0) + 1);
    this.addTo(this.handoffWeeks, 7 * DAY, offeredAt);
  };

  escalated(): void {
    this.numbers.escalations += 1;
  }

  closed: Required<Observer>['closed'] = (_, { status, now }) => {
    this.statuses[status] += 1;
    if (status !== 'expired') this.addTo(this.answerWeeks, 7 * DAY, now);
  };

  putOff(): void {
    this.numbers.putOff += 1;
  }

  happened: Required<Observer>['happened'] = (_, { type }) => {
    if (Object.hasOwn(EVENT_COUNTS, type)) this.events[EVENT_COUNTS[type as keyof typeof EVENT_COUNTS]] += 1;
  };

  staged: Required<Observer>['staged'] = (_, { to, now }) => {
    if (to === 'mql') this.addTo(this.mqlWeeks, 7 * DAY, now);
  };

  counts(): Counts {
    const { entered, carriedOn, refused, waited, ended, skipped, escalations, putOff } = this.numbers;
    return {
      entered,
      carriedOn,
      refused,
      waited,
      running: entered + carriedOn - ended,
      mails: sum(this.perDay),
      mailsPerDay: this.perDay,
      mailsPerHourOfDay: foldedBy(24, this.hours),
      mailsInBusiestHour: this.hours.reduce((most, count) => Math.max(most, count), 0),
      deferrals: this.deferrals,
      skipped,
      ...this.events,
      mqls: sum(this.mqlWeeks),
      mqlsPerWeek: this.mqlWeeks,
      handoffs: sum(this.handoffWeeks),
      handoffsPerWeek: this.handoffWeeks,
      answersPerWeek: this.answerWeeks,
      handoffsByTeam: Object.fromEntries(this.teams),
      handoffsByStatus: this.statuses,
      escalations,
      putOff,
      pauses: this.pauses,
      winners: this.winners,
      outcomes: this.funnel.outcomes(),
      steps: this.funnel.steps(),
    };
  }
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0);

/** What stands `length` places apart, added up. */
function foldedBy(length: number, numbers: readonly number[]): readonly number[] {
  const folded = zeros(length);
  for (const [place, number] of numbers.entries()) folded[place % length] = (folded[place % length] ?? 0) + number;
  return folded;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
