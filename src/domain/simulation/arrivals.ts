import { quickChance } from '../chance';
import { type Enter, eventsOfEntry } from '../entry/schema';
import { EVENTS } from '../event';
import type { Instant } from '../ids';
import { showInterest } from './interest';
import type { Newcomer } from './newcomer';
import type { Person } from './person';
import { domainOf, madeUp, profileOf, quietFor, sizeOf } from './population';
import type { Simulated } from './simulate';
import type { Simulation } from './simulation';

const DAY = 86_400_000;

/** Who comes back with interest in an offer, some days after they came. */
export interface SecondLeads {
  /** Part of the people, from 0 to 1. */
  readonly share: number;
  readonly offer: string;
}

/** The latest (days after they came) that somebody shows interest again. */
const LATEST_AGAIN = 60;

/** Events that the daily sweep tells. */
const TOLD_BY_SWEEP: readonly string[] = [EVENTS.clientInactive, EVENTS.clientPreInactive];

/** A part of the population: which of so many. */
export interface Cohort {
  readonly index: number;
  readonly of: number;
}

/** Lets a part of the population come, each at their time; those of a day are made on that day. */
export function arrive(simulation: Simulation, input: Simulated, cohort: Cohort): void {
  const { population, startsAt, sequence, arrivalsPerDay, days, model } = input;
  const { seed } = model.script;
  const count = population.type === 'real' ? population.newcomers.length : sizeOf(population);
  const perDay = arrivalsPerDay ?? count;
  const newcomer = newcomers(input);
  const event = eventOf(sequence.enter);
  const isSwept = isEnteredBySweep(sequence.enter);
  const { present = [] } = population.type === 'real' ? population : {};
  const [from, to] = rangeOf(cohort, present.length);
  for (const person of present.slice(from, to)) simulation.at(startsAt, () => void simulation.welcome(person));
  const [first, end] = rangeOf(cohort, count);
  for (let day = Math.floor(first / perDay); day * perDay < end && day < days; day += 1)
    simulation.at(startsAt + day * DAY, () => {
      const last = Math.min(end, (day + 1) * perDay);
      for (let number = Math.max(first, day * perDay); number < last; number += 1) {
        const at = startsAt + day * DAY + Math.floor(quickChance(seed, 'arrives', number) * DAY);
        const comes = () => newcomer(number, at);
        const then = laterOf(simulation, input, { number, at });
        if (isSwept) simulation.at(at, () => then(simulation.welcome(comes())));
        else simulation.add(comes, { sequence: sequence.sequence, at, event, then });
      }
    });
}

/** From where to where, the end not included, a cohort reaches among so many. */
const rangeOf = ({ index, of }: Cohort, count: number): readonly [from: number, to: number] => [
  Math.floor((count * index) / of),
  Math.floor((count * (index + 1)) / of),
];

function eventOf(enter: Enter) {
  const [type] = eventsOfEntry(enter);
  return type === undefined ? undefined : { type, properties: {} };
}

/** Whether the daily sweep lets people in, and not their coming: by condition, by date, or by the status of clients. */
export function isEnteredBySweep(enter: Enter): boolean {
  const [type] = eventsOfEntry(enter);
  if (type === undefined) return enter.when !== undefined || enter.date !== undefined;
  return TOLD_BY_SWEEP.includes(type);
}

const NOTHING = (): void => undefined;

/** What somebody does later by themselves. */
function laterOf(
  simulation: Simulation,
  { secondLeads, model, sequence }: Simulated,
  { number, at }: { readonly number: number; readonly at: Instant },
): (person: Person) => void {
  const { seed } = model.script;
  if (!secondLeads || quickChance(seed, 'second', number) >= secondLeads.share) return NOTHING;
  const { offer } = secondLeads;
  const againAt = at + DAY + Math.floor(quickChance(seed, 'again', number) * (LATEST_AGAIN - 1) * DAY);
  const source = sequence.sequence;
  return (person) => simulation.at(againAt, () => showInterest(simulation, person, { offer, source }));
}

function newcomers({ population, model, sequence, rules }: Simulated): (number: number, at: Instant) => Newcomer {
  if (population.type === 'real') {
    const { newcomers: people } = population;
    return (number) => numbered(people, number);
  }
  const { offer, profiles } = population;
  const { audience } = sequence;
  const { seed } = model.script;
  const { lifecycle } = rules;
  const quiet = quietFor(sequence.enter, { lifecycle, isSwept: isEnteredBySweep(sequence.enter) });
  const isListed = population.type === 'listed';
  const { domains = [] } = isListed ? {} : population;
  return (number, at) => {
    const profile = isListed ? numbered(profiles, number) : profileOf(profiles, seed, number);
    const domain = domainOf(domains, seed, number);
    return madeUp({ profile, domain, seed, number, at, offer, audience, lifecycle, quiet });
  };
}

function numbered<T>(people: readonly T[], number: number): T {
  const person = people[number];
  if (person === undefined) throw new RangeError(`there is no person ${number}`);
  return person;
}
