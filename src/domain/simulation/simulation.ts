import { EVENTS } from '../event';
import { isCompared } from '../experiment/compared';
import type { FactEvent, Stage } from '../facts';
import { type Instant, type KeyOf, keyOf } from '../ids';
import { type Advanced, advance, type Unread } from '../journey/advance';
import type { EffectOutcome, Move } from '../journey/move';
import { rememberedSeqs } from '../journey/state';
import type { ScriptedEvent } from '../rehearsal/scripted-event';
import type { Definition } from '../sequence/definition';
import type { Change } from '../steps/handler';
import { admitNext } from './admit';
import { carryOn } from './carry-on';
import { Planned, Rest } from './due';
import { enter, enteredByType } from './entry';
import { type Wanted, wantedBy } from './event-log';
import { Experiments } from './experiments';
import { follow } from './happened';
import type { Newcomer } from './newcomer';
import { Pauses } from './pauses';
import { Person } from './person';
import { Post } from './post';
import { TimeQueue } from './queue';
import { Desks } from './resources';
import type { Run } from './run';
import { Sales } from './sales';
import type { Entry, Setting, Told } from './setting';
import { Sweep } from './sweep';
import { isInterested } from './wake';
import { tellOthers } from './webhooks';

export type { Entry, Setting } from './setting';

/** The outcome of a journey that another of its group has ended. */
export const TAKEN_OVER = 'taken-over';

const UNREAD: Unread = {
  keyOf: (...parts) => `${parts[0]}|${parts[1]}|${parts[2]}`, // visits have three parts
  explain: () => '',
};

/**
 * A population going through sequences, event by event: what happens next happens next, and the days between cost nothing. All that
 * is decided is decided by `advance`, the gate, the scores and the routing of life.
 */
export class Simulation {
  now: Instant = Number.NEGATIVE_INFINITY;
  private readonly post: Post;
  readonly sales: Sales;
  /** The comparisons of variants, where there are any. */
  readonly experiments: Experiments | undefined;
  /** Pauses that are played through, if any. */
  readonly pauses: Pauses | undefined;
  /** The daily sweep, where anything depends on it. */
  readonly sweep: Sweep | undefined;
  readonly keyOf: KeyOf;
  readonly enteredBy: ReadonlyMap<string, readonly Definition[]>;
  private readonly queue = new TimeQueue();
  private readonly wanted: Wanted;
  private readonly unread: Unread | undefined;

  constructor(readonly setting: Setting) {
    const { rules, sequences, resources = {}, isRead = false } = setting;
    this.enteredBy = enteredByType(sequences.values());
    this.wanted = wantedBy(rules, [...sequences.values(), ...(setting.older ?? [])]);
    this.post = new Post(this);
    this.sales = new Sales(this, new Desks(resources, rules.calendars.zone));
    const compared = [...sequences.values()].some(({ steps }) => steps.some(isCompared));
    this.experiments = compared && setting.isSwept ? new Experiments(sequences.values(), setting) : undefined;
    this.pauses = setting.pauses && new Pauses(this, setting.pauses);
    this.sweep = setting.isSwept ? new Sweep(this) : undefined;
    this.unread = isRead ? undefined : UNREAD;
    this.keyOf = isRead ? keyOf : UNREAD.keyOf;
  }

  /** Lets somebody come at the moment of the entry; they are made then. */
  add(newcomer: () => Newcomer, entry: Entry): void {
    this.at(entry.at, () => {
      const person = this.welcome(newcomer());
      this.plan(person, entry.planned ?? []);
      enter(this, person, entry);
      entry.then?.(person);
    });
  }

  /** Makes a person who enters nothing yet. */
  welcome(newcomer: Newcomer): Person {
    const person = new Person(this.setting.rules, this.wanted, newcomer);
    person.now = Math.max(person.now, this.now);
    this.sweep?.add(person);
    if (newcomer.underWay) carryOn(this, person, newcomer.underWay);
    return person;
  }

  enterByHand(person: Person, sequence: string): void {
    enter(this, person, { sequence, at: this.now });
  }

  /** Follows a journey no further, nor the one that waits for its end. */
  stop(run: Run): void {
    if (run.isOver) return;
    run.isOver = true;
    run.person.running.splice(run.person.running.indexOf(run), 1);
    if (run.parent) this.stop(run.parent.run);
  }

  /** Goes on until nothing is left that happens by `until`, or until it is not wanted any more. */
  run(until: Instant, isWanted: () => boolean = () => true): void {
    for (let next = this.queue.take(until); next && isWanted(); next = this.queue.take(until)) {
      this.now = Math.max(this.now, next.at);
      next.happens();
    }
    this.now = Math.max(this.now, until);
  }

  at(at: Instant, happens: () => void): void {
    this.queue.put(Math.max(at, this.now), happens);
  }

  /** By the person and how many they have had: it hangs on nobody else. */
  nextJourneyId(person: Person, sequence: string): string {
    const { facts, past } = person;
    return this.setting.journeyIdOf?.(person, sequence) ?? `${facts.contact.id}.${past.length}`;
  }

  /** What somebody will do. Events of mails belong to the journey that sent them. */
  plan(person: Person, events: readonly ScriptedEvent[], run?: Run): void {
    for (const { type, dueAt, properties } of events) {
      const journeyId = run && type.startsWith('mail.') ? run.id : null;
      this.queue.add(new Planned(this, person, { type, at: dueAt, journeyId, properties }));
    }
  }

  /** Records what happens with somebody, and wakes whoever waits for it. */
  happen(person: Person, event: Omit<FactEvent, 'seq'>, { isKept, leadId, sweptOn }: Told = {}): FactEvent {
    person.now = this.now;
    const stage = person.facts.lead?.stage;
    const others = person.otherStages();
    follow(person, event);
    const recorded = person.record(event, { isKept, leadId });
    this.setting.observer.happened?.(person, recorded);
    person.mails.hear(event.type);
    if (event.type === EVENTS.mailClicked) this.experiments?.clicked(event.properties.sendId, event.at);
    this.tellStage(person, stage);
    if (others) this.tellOtherStages(person, others);
    for (const run of [...person.running]) if (!run.isBusy && isInterested(run, recorded, this.now)) this.wake(run);
    if (!isKept) enter(this, person, { event: recorded, leadId, sweptOn });
    return recorded;
  }

  tellStage(person: Person, from: NonNullable<Person['facts']['lead']>['stage'] | undefined): void {
    const to = person.facts.lead?.stage;
    if (from !== undefined && to !== undefined && from !== to)
      this.setting.observer.staged?.(person, { from, to, now: this.now });
  }

  private tellOtherStages(person: Person, before: ReadonlyMap<string, Stage>): void {
    for (const [id, to] of person.otherStages() ?? []) {
      const from = before.get(id);
      if (from !== undefined && from !== to) this.setting.observer.staged?.(person, { from, to, now: this.now });
    }
  }

  /** An effect that is under way goes on; goal and exits may end the journey all the same. */
  private wake(run: Run): void {
    if (run.state.place.type === 'performing') this.decide(run, undefined);
    else this.take(run);
  }

  /** Decides the first turn; what it asks for is done next, after whatever goes on now. */
  begin(run: Run): void {
    this.decide(run, undefined);
    this.at(this.now, () => {
      if (run.isOver || !run.isFresh || run.move === null) return;
      run.isFresh = false;
      const outcome = this.perform(run, run.move);
      if (outcome) this.take(run, outcome);
    });
  }

  /** Takes turns until the journey rests: the loop of the journey's workflow. */
  take(run: Run, first?: EffectOutcome): void {
    run.isFresh = false;
    let outcome = first;
    do {
      if (run.isOver) return;
      const advanced = this.decide(run, outcome);
      outcome = advanced.ended ? undefined : this.perform(run, advanced.move);
    } while (outcome);
  }

  /** Does again what a journey of before rests on. */
  resume(run: Run, move: Move): void {
    const { turn } = run;
    this.at(this.now, () => {
      const outcome = run.turn === turn ? this.perform(run, move) : undefined;
      if (outcome) this.take(run, outcome);
    });
  }

  private decide(run: Run, outcome: EffectOutcome | undefined): Advanced {
    const { person, definition, identity: journey, state, turn, stepId: from } = run;
    const { facts } = person;
    const { rules, observer } = this.setting;
    const { now, unread } = this;
    person.now = now;
    person.focus(run.leadId);
    facts.enteredAt = run.enteredAt;
    facts.entry = run.entry;
    if (this.pauses) facts.pauses = this.pauses.of(run);
    if (this.experiments) facts.winners = this.experiments.winnersOf(definition.sequence);
    const advanced = advance({ definition, journey, state, facts, rules, now, outcome, turn, unread });
    const stage = facts.lead?.stage;
    run.state = advanced.state;
    run.turn = turn + 1;
    run.turnedAt = now;
    run.move = advanced.move;
    run.waitsFor = advanced.waitsFor;
    observer.turned?.(run, { advanced, from, outcome, now });
    this.pauses?.note(run, { advanced, from, outcome });
    for (const change of advanced.changes) this.change(run, change);
    person.focus(run.leadId);
    this.tellStage(person, stage);
    if (person.log.isFull) forget(person);
    if (advanced.ended) this.end(run, advanced.ended.outcome);
    return advanced;
  }

  private change(run: Run, change: Change): void {
    if (change.type === 'task') this.sales.give(run, change.task);
    else if (change.type === 'join') enter(this, run.person, { join: change, parent: run });
    else run.person.apply(change);
  }

  /** Does what the turn asks for. Undefined: what comes of it, comes later. */
  private perform(run: Run, move: Move): EffectOutcome | undefined {
    if (move.type === 'end') return undefined;
    if (move.type === 'await') {
      if (move.until !== null) this.queue.add(new Rest(this, run, move.until));
      return undefined;
    }
    switch (move.effect.type) {
      case 'mail':
        return this.post.send(run, { stepId: move.stepId, effect: move.effect });
      case 'handoff':
        this.sales.offer(run, { stepId: move.stepId, key: move.effect.key });
        return undefined;
      case 'webhook':
        return tellOthers(this, run, { stepId: move.stepId, key: move.effect.key });
      default:
        throw new TypeError(`unknown effect ${JSON.stringify(move.effect satisfies never)}`);
    }
  }

  private end(run: Run, outcome: string): void {
    const { person, parent } = run;
    if (outcome === 'goal') this.experiments?.reached(run, this.now);
    run.isOver = true;
    person.running.splice(person.running.indexOf(run), 1);
    const past = person.past.find(({ id }) => id === run.id);
    if (past) past.running = false;
    if (parent) this.tellParent(parent, { sequence: run.definition.sequence, outcome });
    this.tryWaiting(person, run.definition.exclusive?.group);
  }

  /** Whoever waits for room in a group asks again. */
  tryWaiting(person: Person, group: string | undefined): void {
    if (group !== undefined && person.waiting.length > 0) this.at(this.now, () => admitNext(this, person, group));
  }

  /** Ends a journey whose group another one enters. */
  takeOver(person: Person, journeyId: string): void {
    const run = person.running.find(({ id }) => id === journeyId);
    if (!run) {
      person.leave(journeyId);
      return;
    }
    this.setting.observer.takenOver?.(run, this.now);
    this.end(run, TAKEN_OVER);
  }

  tellParent(
    { run, joinId }: NonNullable<Run['parent']>,
    { sequence, outcome }: { readonly sequence: string; readonly outcome: string },
  ): void {
    const properties = { joinId, sequence, outcome };
    this.at(this.now, () =>
      this.happen(run.person, { type: EVENTS.journeyEnded, at: this.now, journeyId: run.id, properties }),
    );
  }
}

/** Nobody sees what is older than what every journey has seen. */
function forget({ log, running }: Person): void {
  const horizon = Math.min(...running.map(({ state }) => state.seen.horizon));
  log.forget({ horizon, remembered: running.flatMap(({ state }) => rememberedSeqs(state)) });
}
