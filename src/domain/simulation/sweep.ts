import { nextLocalTime } from '../calendar/local-time';
import type { LifecycleRules } from '../client/rules';
import { sweepDay } from '../client/sweep-day';
import { type Condition, evaluate } from '../conditions';
import { daysToSweep, isDueOn, type LocalDate, plusDays } from '../entry/dates';
import type { DateEntry } from '../entry/schema';
import { WAITED_TOO_LONG } from '../entry/still-wanted';
import type { Facts } from '../facts';
import type { Instant } from '../ids';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import { admit, drop } from './admit';
import { mayBeSwept, type Opening, open } from './open';
import type { Person } from './person';
import type { Simulation } from './simulation';
import type { Waiting } from './waiting';

const DAY_MS = 86_400_000;

/** What of definitions and rules depends on the daily sweep, as they stand in JSON. */
const SWEPT = /"client\.(status|pre_inactive|inactive)"|"lead\.temperature"|"winner":/;
const COOLED = /"lead\.temperature"/;

/** Whether anything depends on the sweep: entries by condition or date, client statuses, temperatures, waits that end, winners. */
export const needsSweep = (rules: Rules, definitions: readonly Definition[]): boolean =>
  definitions.some(({ enter, exclusive }) => enter.when ?? enter.date ?? exclusive?.atMost) ||
  SWEPT.test(JSON.stringify([definitions, rules.routing, rules.scoring]));

interface Queued {
  readonly person: Person;
  readonly waiting: Waiting;
}

/** The daily sweep: what src/store/sweep.ts does to the rows, in the same order. */
export class Sweep {
  private readonly people: Person[] = [];
  private readonly definitions: readonly Definition[];
  private readonly cools: boolean;
  /** Until which day everyone has entered by their dates, by sequence. */
  private readonly through = new Map<string, LocalDate>();
  private readonly queues = new Map<string, Queued[]>();
  private day: LocalDate = '';
  /** How many the sweep has entered on this day, by sequence. */
  private readonly entered = new Map<string, number>();

  constructor(private readonly simulation: Simulation) {
    const { sequences, rules } = simulation.setting;
    this.definitions = [...sequences.values()];
    this.cools = COOLED.test(JSON.stringify([this.definitions, rules.routing, rules.scoring]));
  }

  private get lifecycle(): LifecycleRules {
    return this.simulation.setting.rules.lifecycle;
  }

  add(person: Person): void {
    this.people.push(person);
  }

  /** Sweeps each day from then on. */
  beginAt(from: Instant): void {
    const { at: time, zone } = this.lifecycle.sweep;
    const at = nextLocalTime(from, { time, weekdays: [], zone });
    this.simulation.at(at, () => {
      this.sweep(at);
      this.beginAt(at);
    });
  }

  /** Whether an event that a sweep tells must wait for another day. */
  isDayFull({ via, sweptOn, definition }: Opening): boolean {
    return via === 'on' && sweptOn !== undefined && this.room(definition) <= 0;
  }

  count({ sweptOn, definition: { sequence } }: Opening): void {
    if (sweptOn !== undefined) this.entered.set(sequence, (this.entered.get(sequence) ?? 0) + 1);
  }

  waitForDay(person: Person, waiting: Waiting): void {
    const { sequence } = waiting.opening.definition;
    const queue = this.queues.get(sequence) ?? [];
    queue.push({ person, waiting });
    this.queues.set(sequence, queue);
  }

  private room({ sequence, enter }: Definition): number {
    return (enter.perDay ?? this.lifecycle.sweep.perDay) - (this.entered.get(sequence) ?? 0);
  }

  private sweep(now: Instant): void {
    this.day = sweepDay(this.lifecycle, now);
    this.entered.clear();
    this.endWaits(now);
    for (const definition of this.definitions) this.admitWaiting(definition);
    for (const person of this.people) this.look(person, now);
    this.simulation.experiments?.decide(now); // before the entries: they get what has won
    for (const definition of this.definitions) this.enterPeople(definition, now);
  }

  private endWaits(now: Instant): void {
    if (!this.definitions.some(({ exclusive }) => exclusive?.atMost !== undefined)) return;
    for (const person of this.people)
      for (const waiting of [...person.waiting])
        if (waiting.until !== null && waiting.until <= now) {
          person.waiting.splice(person.waiting.indexOf(waiting), 1);
          drop(this.simulation, person, { waiting, reason: WAITED_TOO_LONG });
        }
  }

  /** First come, first served. */
  private admitWaiting(definition: Definition): void {
    const queue = this.queues.get(definition.sequence);
    if (!queue) return;
    this.queues.delete(definition.sequence);
    for (const [index, { person, waiting }] of queue.entries()) {
      if (this.room(definition) <= 0) {
        this.queues.set(definition.sequence, [...queue.slice(index), ...(this.queues.get(definition.sequence) ?? [])]);
        return;
      }
      if (person.waiting.includes(waiting)) admit(this.simulation, person, { waiting, sweptOn: this.day });
    }
  }

  private look(person: Person, now: Instant): void {
    if (this.cools) {
      person.now = now;
      person.cool();
    }
    if (person.facts.client === null) return;
    person.now = now;
    if (person.followRecency()) this.tellStatus(person, now);
  }

  private tellStatus(person: Person, at: Instant): void {
    const { client } = person.facts;
    if (client === null || client.status === 'active') return;
    const daysSincePurchase = Math.max(0, Math.floor((at - (client.lastPurchaseAt ?? at)) / DAY_MS));
    const event = { type: `client.${client.status}`, at, journeyId: null, properties: { daysSincePurchase } };
    this.simulation.happen(person, event, { sweptOn: this.day });
  }

  private enterPeople(definition: Definition, now: Instant): void {
    const { when, date } = definition.enter;
    if (when) this.enterWhere(definition, { via: 'when', now, holds: (facts) => evaluate(when, facts, now) });
    if (date) this.enterByDate(definition, { date, now });
  }

  private enterByDate(
    definition: Definition,
    { date, now }: { readonly date: DateEntry; readonly now: Instant },
  ): void {
    const { sequence } = definition;
    const { where } = date;
    const isIn = (facts: Facts) => where === undefined || evaluate(where satisfies Condition, facts, now);
    for (const day of daysToSweep(this.day, this.through.get(sequence) ?? plusDays(this.day, -1))) {
      const isThrough = this.enterWhere(definition, {
        via: 'date',
        now,
        holds: (facts) => isDueOn(date, facts, day) && isIn(facts),
      });
      if (isThrough) this.through.set(sequence, day);
    }
  }

  /** Whether everyone was looked at; else the day has entered its most. */
  private enterWhere(
    definition: Definition,
    {
      via,
      now,
      holds,
    }: { readonly via: 'when' | 'date'; readonly now: Instant; readonly holds: (facts: Facts) => boolean },
  ): boolean {
    for (const person of this.people) {
      if (this.room(definition) <= 0) return false;
      if (!mayBeSwept(person, definition, now)) continue;
      person.lookAnew(now);
      if (holds(person.facts)) open(this.simulation, person, { definition, via, sweptOn: this.day });
    }
    return true;
  }
}
