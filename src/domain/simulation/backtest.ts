import type { FactEvent } from '../facts';
import { type Instant, keyOf } from '../ids';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import type { SimulatedHandoff } from './observer';
import type { Person } from './person';
import { isOwn, type RecordedHistory, type RecordedMail, replayedIn } from './record';
import { Replay, type Unknown } from './replay';
import type { Run } from './run';
import { Simulation } from './simulation';
import { bringEvents, surround } from './surroundings';
import { Watched } from './watched';

export interface TestedMail {
  readonly step: string;
  readonly template: string;
  readonly at: Instant;
}

/** A mail that was not sent at all, and why. */
export interface TestedSkip extends TestedMail {
  readonly reason: string;
}

/** What was, or would have been, done with one contact by the sequence and by what it joins. */
export interface Course {
  /** Journeys of the sequence itself. Outcome: `running`, or `unknown` from where nobody can know more. */
  readonly journeys: readonly { readonly enteredAt: Instant; readonly outcome: string }[];
  readonly mails: readonly TestedMail[];
  readonly skips: readonly TestedSkip[];
  /** How often a mail was deferred. */
  readonly deferred: number;
  readonly handoffs: readonly { readonly team: string; readonly at: Instant }[];
}

/** What the draft would have done with one contact, beside what happened. */
export interface Backtested {
  readonly contactId: string;
  readonly email: string;
  readonly would: Course;
  readonly happened: Course;
  readonly unknown: Unknown;
  /** Whether a pause touched it: the draft is tested without. */
  readonly wasPaused: boolean;
}

export interface BacktestSetting {
  readonly rules: Rules;
  readonly draft: Definition;
  /** Sequences that it joins, and that these join. */
  readonly others: readonly Definition[];
  /** Mail steps of the sequence whose variants have been compared. */
  readonly winners: readonly Winner[];
  readonly since: Instant;
  readonly now: Instant;
}

export interface Winner {
  readonly stepId: string;
  readonly winner: string;
  readonly decidedAt: Instant;
}

/** Replays what is on record about one contact against a draft. Pure: the same record gives the same answer. */
export function backtest(setting: BacktestSetting, history: RecordedHistory): Backtested {
  const { contact } = history.newcomer;
  const ids = replayedIn(history, { sequence: setting.draft.sequence, since: setting.since });
  const { would, unknown } = replayed(setting, history, ids);
  const { wasPaused } = history;
  return {
    contactId: contact.id,
    email: contact.email,
    would,
    happened: happenedIn(setting, history, ids),
    unknown,
    wasPaused,
  };
}

function happenedIn({ draft }: BacktestSetting, history: RecordedHistory, ids: ReadonlySet<string>): Course {
  const { mails, handoffs } = ownOf(history, ids);
  return {
    journeys: history.journeys
      .filter(({ id, sequence }) => ids.has(id) && sequence === draft.sequence)
      .map(({ enteredAt, outcome }) => ({ enteredAt, outcome: outcome ?? 'running' })),
    mails: mails
      .filter(({ status }) => status === 'accepted')
      .map(({ step, template, at }) => ({ step, template, at })),
    skips: mails
      .filter(({ status }) => status === 'skipped')
      .map(({ step, template, at, reason }) => ({ step, template, at, reason })),
    deferred: history.deferrals.filter(({ journeyId }) => ids.has(journeyId)).length,
    handoffs: handoffs.map(({ team, at }) => ({ team, at })),
  };
}

function replayed(
  setting: BacktestSetting,
  history: RecordedHistory,
  ids: ReadonlySet<string>,
): { readonly would: Course; readonly unknown: Unknown } {
  const { rules, draft, others, now } = setting;
  const own = ownOf(history, ids);
  const reactions = reactionsIn(history, own.mails, ids);
  const watched = new Watched(draft);
  const replay: Replay = new Replay(own, reactions, { now, happen: (events) => simulation.plan(person, events) });
  const offered = (handoff: SimulatedHandoff) => {
    watched.offered(handoff);
    const until = replay.knownUntil(handoff.id, handoff.offeredAt);
    if (until !== undefined && until < now)
      simulation.at(until, () => stopUnlessAnswered(simulation, handoff, watched));
  };
  const { entered, sent, unsent, turned } = watched;
  const simulation: Simulation = new Simulation({
    rules,
    sequences: new Map([draft, ...others.map(joinedAlone)].map((one) => [one.sequence, one])),
    behaviour: replay,
    isRead: true,
    journeyIdOf: namesOf(history, ids),
    observer: { entered: entered.bind(watched), sent, unsent, turned, offered },
  });
  const person = simulation.welcome(history.newcomer);
  const around = { simulation, person, setting, history, ids };
  surround(around);
  bringEvents(around, { replay, reactions });
  simulation.run(now);
  return { would: watched.course(), unknown: replay.unknown };
}

function ownOf({ mails, handoffs, tasks, messages }: RecordedHistory, ids: ReadonlySet<string>) {
  const isOf = ({ journeyId }: { readonly journeyId: string | null }) => journeyId !== null && ids.has(journeyId);
  return {
    mails: mails.filter(isOf),
    handoffs: handoffs.filter(isOf),
    tasks: tasks.filter(isOf),
    messages: messages.filter(isOf),
  };
}

/** A joined sequence is entered by joining alone: what else entered it is on record. */
function joinedAlone({ enter: { on: _, ...enter }, ...rest }: Definition): Definition {
  return { ...rest, enter };
}

/** The journeys of the draft have the ids of those on record, in their order, and so the same variants of mails. */
function namesOf({ journeys, newcomer }: RecordedHistory, ids: ReadonlySet<string>) {
  const left = journeys.filter(({ id }) => ids.has(id));
  let count = 0;
  return (_: Person, sequence: string): string => {
    const index = left.findIndex((journey) => journey.sequence === sequence);
    count += 1;
    const [found] = index < 0 ? [] : left.splice(index, 1);
    return found?.id ?? keyOf('backtest', newcomer.contact.id, sequence, count);
  };
}

/** Events that name a mail of these, by its id. */
function reactionsIn(
  { events }: RecordedHistory,
  mails: readonly RecordedMail[],
  ids: ReadonlySet<string>,
): ReadonlyMap<string, readonly FactEvent[]> {
  const byMail = new Map<string, FactEvent[]>(mails.map(({ id }) => [id, []]));
  for (const event of events) {
    const { sendId } = event.properties;
    if (typeof sendId === 'string' && !isOwn(event, ids)) byMail.get(sendId)?.push(event);
  }
  return byMail;
}

/** A handoff of which nobody knows more ends what is known of its journey, and of the one that waits for its end. */
function stopUnlessAnswered(simulation: Simulation, { run, id }: SimulatedHandoff, watched: Watched): void {
  const { place } = run.state;
  if (run.isOver || place.type !== 'performing' || place.key !== id) return;
  for (let next: Run | undefined = run; next && !next.isOver; next = next.parent?.run) watched.ends(next, 'unknown');
  simulation.stop(run);
}
