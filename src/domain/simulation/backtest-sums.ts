import type { Backtested, Course } from './backtest';
import type { Unknown } from './replay';

/** What would have been, beside what was. */
export interface Compared {
  readonly would: number;
  readonly happened: number;
}

/** What a draft would have done with all contacts, in sum. */
export interface BacktestSums {
  readonly contacts: number;
  /** Contacts that entered at least once. */
  readonly entered: Compared;
  readonly journeys: Compared;
  readonly mails: Compared;
  readonly mailsByTemplate: { readonly [template: string]: Compared };
  /** Mails that were not sent at all. */
  readonly skipped: Compared;
  readonly deferred: Compared;
  readonly handoffs: Compared;
  /** How the journeys of the sequence itself stand. */
  readonly outcomes: { readonly [outcome: string]: Compared };
  /** Contacts for whom all of this is the same, but for the times. */
  readonly same: number;
  readonly unknown: Unknown;
  /** Contacts that a pause touched. */
  readonly paused: number;
}

type Counts = { -readonly [K in keyof Compared]: Compared[K] };
const SIDES = ['would', 'happened'] as const;
const none = (): Counts => ({ would: 0, happened: 0 });

/** Sums up contact by contact; it grows with templates and outcomes, not with people. */
export class BacktestTally {
  contacts = 0;
  private same = 0;
  private paused = 0;
  private readonly sum = {
    entered: none(),
    journeys: none(),
    mails: none(),
    skipped: none(),
    deferred: none(),
    handoffs: none(),
  };
  private readonly templates = new Map<string, Counts>();
  private readonly outcomes = new Map<string, Counts>();
  private unknown: Unknown = {
    mailsNeverSent: 0,
    reactionsLeftOut: 0,
    refusalsKept: 0,
    handoffsNeverOffered: 0,
    tasks: 0,
    messages: 0,
  };

  add(one: Backtested): void {
    this.contacts += 1;
    this.same += isSame(one) ? 1 : 0;
    this.paused += one.wasPaused ? 1 : 0;
    for (const side of SIDES) this.addCourse(side, one[side]);
    const { unknown } = one;
    const { mailsNeverSent, reactionsLeftOut, refusalsKept, handoffsNeverOffered, tasks, messages } = this.unknown;
    this.unknown = {
      mailsNeverSent: mailsNeverSent + unknown.mailsNeverSent,
      reactionsLeftOut: reactionsLeftOut + unknown.reactionsLeftOut,
      refusalsKept: refusalsKept + unknown.refusalsKept,
      handoffsNeverOffered: handoffsNeverOffered + unknown.handoffsNeverOffered,
      tasks: tasks + unknown.tasks,
      messages: messages + unknown.messages,
    };
  }

  private addCourse(side: keyof Compared, { journeys, mails, skips, deferred, handoffs }: Course): void {
    const { sum } = this;
    sum.entered[side] += journeys.length > 0 ? 1 : 0;
    sum.journeys[side] += journeys.length;
    sum.mails[side] += mails.length;
    sum.skipped[side] += skips.length;
    sum.deferred[side] += deferred;
    sum.handoffs[side] += handoffs.length;
    for (const { template } of mails) countIn(this.templates, template)[side] += 1;
    for (const { outcome } of journeys) countIn(this.outcomes, outcome)[side] += 1;
  }

  sums(): BacktestSums {
    const { contacts, same, paused, unknown, sum } = this;
    const mailsByTemplate = Object.fromEntries(this.templates);
    return { contacts, ...sum, mailsByTemplate, outcomes: Object.fromEntries(this.outcomes), same, unknown, paused };
  }
}

function countIn(counts: Map<string, Counts>, name: string): Counts {
  const found = counts.get(name) ?? none();
  counts.set(name, found);
  return found;
}

/** Whether the draft would have sent, skipped and handed over the same, whenever it would have. */
export function isSame({ would, happened }: Pick<Backtested, 'would' | 'happened'>): boolean {
  return JSON.stringify(toldOf(would)) === JSON.stringify(toldOf(happened));
}

const toldOf = ({ journeys, mails, skips, handoffs }: Course) => [
  journeys.map(({ outcome }) => outcome),
  mails.map(({ template }) => template).toSorted(),
  skips.map(({ template }) => template).toSorted(),
  handoffs.map(({ team }) => team).toSorted(),
];
