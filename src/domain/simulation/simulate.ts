import { quickChance } from '../chance';
import { eventsOfEntry } from '../entry/schema';
import type { Instant } from '../ids';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import { type BehaviourModel, behaviourOf } from './model';
import type { Newcomer } from './person';
import { madeUp, type Profile } from './population';
import type { Resources } from './resources';
import { Simulation } from './simulation';
import { type Counts, Tally } from './tally';

const DAY = 86_400_000;

/** Who goes through the sequence: made-up people, or the contacts on record. */
export type Population =
  | { readonly type: 'made-up'; readonly profiles: readonly Profile[]; readonly count: number; readonly offer: string }
  | { readonly type: 'real'; readonly newcomers: readonly Newcomer[] };

export interface Simulated {
  readonly rules: Rules;
  readonly sequence: Definition;
  /** The others that it may join. */
  readonly others: readonly Definition[];
  readonly population: Population;
  /** How many come per day; default: all on the first day. */
  readonly arrivalsPerDay?: number;
  readonly model: BehaviourModel;
  readonly resources: Resources;
  readonly startsAt: Instant;
  readonly days: number;
  /** Told the day that has been reached. */
  readonly onDay?: (day: number) => void;
}

/** One run of a simulation. The same input gives the same counts, on every machine. */
export function simulate(input: Simulated): Counts {
  const { rules, sequence, others, model, resources, startsAt, days, onDay } = input;
  const sequences = [sequence, ...others];
  const tally = new Tally({ startsAt, days, zone: rules.calendars.zone, sequences });
  const simulation = new Simulation({
    rules,
    sequences: new Map(sequences.map((definition) => [definition.sequence, definition])),
    behaviour: behaviourOf(model),
    observer: tally,
    resources,
  });
  arrive(simulation, input);
  for (let day = 1; day <= days; day += 1) {
    simulation.run(startsAt + day * DAY - 1);
    onDay?.(day);
  }
  return tally.counts();
}

/** Those of a day are made on that day. */
function arrive(simulation: Simulation, input: Simulated): void {
  const { population, startsAt, sequence, arrivalsPerDay, days, model } = input;
  const { seed } = model.script;
  const count = population.type === 'real' ? population.newcomers.length : population.count;
  const perDay = arrivalsPerDay ?? count;
  const [type] = eventsOfEntry(sequence.enter);
  const event = type === undefined ? undefined : { type, properties: {} };
  const newcomer = newcomers(input);
  for (let day = 0; day * perDay < count && day < days; day += 1)
    simulation.at(startsAt + day * DAY, () => {
      const last = Math.min(count, (day + 1) * perDay);
      for (let number = day * perDay; number < last; number += 1) {
        const at = startsAt + day * DAY + Math.floor(quickChance(seed, 'arrives', number) * DAY);
        simulation.add(() => newcomer(number, at), { sequence: sequence.sequence, at, event });
      }
    });
}

function newcomers({ population, model, sequence, rules }: Simulated): (number: number, at: Instant) => Newcomer {
  if (population.type === 'made-up') {
    const { profiles, offer } = population;
    const { audience } = sequence;
    const { seed } = model.script;
    const { inactiveAfter } = rules.lifecycle;
    return (number, at) => madeUp({ profiles, seed, number, at, offer, audience, inactiveAfter });
  }
  const { newcomers: people } = population;
  return (number) => {
    const person = people[number];
    if (!person) throw new RangeError(`there is no person ${number}`);
    return person;
  };
}
