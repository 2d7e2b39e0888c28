import { eventsOfEntry } from '../entry/schema';
import { EVENTS } from '../event';
import type { FactEvent } from '../facts';
import type { Answer } from '../handoff/status';
import type { Instant } from '../ids';
import { REP_ANSWERS } from '../rehearsal/rep-answer';
import type { ScriptedEvent } from '../rehearsal/scripted-event';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import type { Behaviour } from './behaviour';
import type { Newcomer } from './person';
import { Simulation } from './simulation';

export interface RecordedMail {
  readonly id: string;
  readonly step: string;
  readonly template: string;
  readonly at: Instant;
  /** Whether a journey of the sequence that is tested sent it. */
  readonly isOfSequence: boolean;
}

export interface RecordedHandoff {
  readonly team: string;
  readonly at: Instant;
  /** Null: it was not answered. */
  readonly answer: { readonly action: Answer; readonly at: Instant } | null;
}

/** What is on record about one contact. */
export interface RecordedHistory {
  /** As before everything: a new lead with no interest. */
  readonly newcomer: Newcomer;
  /** Oldest first. */
  readonly events: readonly FactEvent[];
  readonly mails: readonly RecordedMail[];
  readonly handoffs: readonly RecordedHandoff[];
  /** When it entered the sequence otherwise than by an event. */
  readonly enteredAt: readonly Instant[];
}

export interface WouldMail {
  readonly step: string;
  readonly template: string;
  readonly at: Instant;
}

/** What the draft would have done with one contact, beside what happened. */
export interface Backtested {
  readonly contactId: string;
  readonly email: string;
  /** Null: it would not have entered. */
  readonly enteredAt: Instant | null;
  /** How its journey would stand: an outcome, `running`, or `unknown` from where nobody can know more. */
  readonly outcome: string | null;
  readonly would: {
    readonly mails: readonly WouldMail[];
    readonly deferred: number;
    readonly skipped: number;
    readonly handoffs: readonly Instant[];
  };
  readonly happened: { readonly mails: readonly WouldMail[]; readonly handoffs: readonly Instant[] };
  readonly unknown: {
    /** Mails that were never sent: nobody knows what would have come of them. */
    readonly mailsNeverSent: number;
    /** Reactions on record to mails that the draft would not have sent: not counted. */
    readonly reactionsLeftOut: number;
    /** Handoffs that no rep was ever offered: the journey is followed no further. */
    readonly handoffsNeverOffered: number;
    /** Tasks whose outcome is not known; they count as overdue. */
    readonly tasks: number;
  };
}

export interface BacktestSetting {
  readonly rules: Rules;
  readonly draft: Definition;
  readonly others: readonly Definition[];
  readonly since: Instant;
  readonly now: Instant;
}

/** What the engine does by itself comes from it, not from the record. */
const OWN: readonly string[] = [
  EVENTS.mailAccepted,
  EVENTS.handoffOffered,
  EVENTS.handoffAnswered,
  EVENTS.taskClosed,
  EVENTS.journeyEnded,
];

/** Replays what is on record about one contact against a draft. Pure: the same record gives the same answer. */
export function backtest(setting: BacktestSetting, history: RecordedHistory): Backtested {
  const { rules, draft, others, since, now } = setting;
  const replay = new Replay(history);
  const mails: WouldMail[] = [];
  const handoffs: Instant[] = [];
  const counts = { deferred: 0, skipped: 0 };
  let [entered, outcome]: [Instant | null, string | null] = [null, null];
  const simulation: Simulation = new Simulation({
    rules,
    sequences: new Map([draft, ...others].map((one) => [one.sequence, one])),
    behaviour: replay,
    isRead: true,
    observer: {
      entered: (run, at) => {
        if (run.definition === draft) [entered, outcome] = [entered ?? at, 'running'];
      },
      sent: (_, { stepId, template, at }) => mails.push({ step: stepId, template, at }),
      unsent: (_, { deferral }) => {
        if (deferral) counts.deferred += 1;
        else counts.skipped += 1;
      },
      turned: (run, { advanced }) => {
        if (run.definition === draft && advanced.ended) outcome = advanced.ended.outcome;
      },
      offered: ({ run, offeredAt }) => {
        handoffs.push(offeredAt);
        if (replay.knowsNextOffer) return;
        simulation.at(offeredAt, () => simulation.stop(run));
        if (run.definition === draft) outcome = 'unknown';
      },
    },
  });
  replayInto(simulation, { history, draft, since });
  simulation.run(now);
  const { contact } = history.newcomer;
  const happened = history.mails.filter(({ isOfSequence, at }) => isOfSequence && at >= since);
  return {
    contactId: contact.id,
    email: contact.email,
    enteredAt: entered,
    outcome,
    would: { mails, ...counts, handoffs },
    happened: {
      mails: happened.map(({ step, template, at }) => ({ step, template, at })),
      handoffs: history.handoffs.filter(({ at }) => at >= since).map(({ at }) => at),
    },
    unknown: replay.unknown(entered),
  };
}

function replayInto(
  simulation: Simulation,
  { history, draft, since }: { readonly history: RecordedHistory; readonly draft: Definition; readonly since: Instant },
): void {
  const person = simulation.welcome(history.newcomer);
  const sendIds = new Set(history.mails.map(({ id }) => id));
  const entries = eventsOfEntry(draft.enter);
  for (const { type, at, properties } of history.events) {
    if (OWN.includes(type) || sendIds.has(String(properties.sendId ?? ''))) continue;
    const event = { type, at, journeyId: null, properties };
    // what came before is only remembered: nobody entered by it
    simulation.at(at, () => simulation.happen(person, event, at < since || !entries.includes(type)));
  }
  for (const at of history.enteredAt)
    if (at >= since) simulation.at(at, () => simulation.enterByHand(person, draft.sequence));
}

/** People as they are on record: the reactions to a template come again when the draft sends it, the answers in their order. */
class Replay implements Behaviour {
  private readonly reactions = new Map<string, (readonly ScriptedEvent[])[]>();
  private offers = 0;
  private reacted = 0;
  private readonly all: number;
  private readonly numbers = { mailsNeverSent: 0, handoffsNeverOffered: 0, tasks: 0 };

  constructor(private readonly history: RecordedHistory) {
    for (const { id, template, at } of history.mails) {
      const after = history.events.filter(({ properties, type }) => properties.sendId === id && !OWN.includes(type));
      const events = after.map(({ type, at: reactedAt, properties }) => ({ type, dueAt: reactedAt - at, properties }));
      this.reactions.set(template, [...(this.reactions.get(template) ?? []), events]);
    }
    this.all = [...this.reactions.values()].flat(2).length;
  }

  get knowsNextOffer(): boolean {
    return (this.history.handoffs[this.offers]?.answer ?? null) !== null;
  }

  unknown(enteredAt: Instant | null): Backtested['unknown'] {
    return { ...this.numbers, reactionsLeftOut: enteredAt === null ? 0 : this.all - this.reacted };
  }

  delivery() {
    return 'accepted' as const;
  }

  afterMail: Behaviour['afterMail'] = (_, { template, at, sendId }) => {
    const events = this.reactions.get(template)?.shift();
    if (!events) {
      this.numbers.mailsNeverSent += 1;
      return [];
    }
    this.reacted += events.length;
    return events.map(({ type, dueAt, properties }) => ({
      type,
      dueAt: at + dueAt,
      properties: { ...properties, sendId },
    }));
  };

  afterOffer: Behaviour['afterOffer'] = (_, { handoffId, offeredAt }) => {
    const recorded = this.history.handoffs[this.offers];
    this.offers += 1;
    if (!recorded?.answer) {
      this.numbers.handoffsNeverOffered += 1;
      return [];
    }
    const { action, at } = recorded.answer;
    return [
      { type: REP_ANSWERS, dueAt: offeredAt + (at - recorded.at), properties: { handoffId, action, reason: '' } },
    ];
  };

  afterTask: Behaviour['afterTask'] = () => {
    this.numbers.tasks += 1;
    return [];
  };

  webhook: Behaviour['webhook'] = () => ({ type: 'answered', status: 200, body: '{}' });
}
