import type { Instant } from '../ids';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import { arrive, type SecondLeads } from './arrivals';
import type { Winners } from './experiments';
import { type BehaviourModel, behaviourOf } from './model';
import type { PlannedPause } from './pauses';
import type { Population } from './population';
import type { Resources } from './resources';
import { Simulation } from './simulation';
import { needsSweep } from './sweep';
import { type Counts, Tally } from './tally';

const DAY = 86_400_000;

export interface Simulated {
  readonly rules: Rules;
  readonly sequence: Definition;
  /** The others that people may go through: those that it joins, and those beside it. */
  readonly others: readonly Definition[];
  readonly population: Population;
  /** How many come per day; default: all on the first day. */
  readonly arrivalsPerDay?: number;
  /** Who shows interest a second time; default: nobody. */
  readonly secondLeads?: SecondLeads;
  /** Other versions, on which journeys of before go on. */
  readonly older?: readonly Definition[];
  /** Winners of variants that are decided already. */
  readonly decided?: Winners;
  readonly pauses?: readonly PlannedPause[];
  readonly model: BehaviourModel;
  readonly resources: Resources;
  readonly startsAt: Instant;
  readonly days: number;
  /** Told the day that has been reached. */
  readonly onDay?: (day: number) => void;
}

/** One run of a simulation. The same input gives the same counts, on every machine. */
export function simulate(input: Simulated): Counts {
  const { rules, sequence, others, older = [], pauses, model, resources, startsAt, days, onDay } = input;
  const sequences = [sequence, ...others];
  const tally = new Tally({ startsAt, days, zone: rules.calendars.zone, sequences: [...sequences, ...older], pauses });
  const simulation = new Simulation({
    rules,
    sequences: new Map(sequences.map((definition) => [definition.sequence, definition])),
    behaviour: behaviourOf(model),
    observer: tally,
    resources,
    older,
    pauses,
    decided: input.decided,
    isSwept: needsSweep(rules, [...sequences, ...older]),
  });
  simulation.sweep?.beginAt(startsAt);
  arrive(simulation, input);
  for (let day = 1; day <= days; day += 1) {
    simulation.run(startsAt + day * DAY - 1);
    onDay?.(day);
  }
  return tally.counts();
}
