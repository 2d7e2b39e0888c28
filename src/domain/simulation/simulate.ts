import type { Instant } from '../ids';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import { areIndependent } from './are-independent';
import { arrive, type SecondLeads } from './arrivals';
import type { Winners } from './experiments';
import { type BehaviourModel, behaviourOf } from './model';
import type { PlannedPause } from './pauses';
import { type Population, sizeOf } from './population';
import type { Resources } from './resources';
import { type Setting, Simulation } from './simulation';
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
  /** Told how much is done, as so many of the days. */
  readonly onDay?: (day: number) => void;
  /** Most people at a time, where nobody's course hangs on another's; default: what is fastest. The counts are the same. */
  readonly cohort?: number;
}

/** As many as fit into the fast memory of a core (decision 25). */
const COHORT = 500;

/** One run of a simulation. The same input gives the same counts, on every machine. */
export function simulate(input: Simulated): Counts {
  const { population, startsAt, days, onDay, cohort = COHORT } = input;
  const { setting, tally } = settingOf(input);
  const cohorts = areIndependent(setting) ? Math.max(1, Math.ceil(sizeOf(population) / cohort)) : 1;
  let told = 0;
  for (let index = 0; index < cohorts; index += 1) {
    const simulation = new Simulation(setting);
    simulation.sweep?.beginAt(startsAt);
    arrive(simulation, input, { index, of: cohorts });
    for (let day = 1; day <= days; day += 1) {
      simulation.run(startsAt + day * DAY - 1);
      const done = Math.floor((index * days + day) / cohorts);
      if (done > told) onDay?.(done);
      told = done;
    }
  }
  return tally.counts();
}

function settingOf(input: Simulated): { readonly setting: Setting; readonly tally: Tally } {
  const { rules, sequence, others, older = [], pauses, model, resources, decided, startsAt, days } = input;
  const sequences = [sequence, ...others];
  const all = [...sequences, ...older];
  const tally = new Tally({ startsAt, days, zone: rules.calendars.zone, sequences: all, pauses });
  const setting: Setting = {
    rules,
    sequences: new Map(sequences.map((definition) => [definition.sequence, definition])),
    behaviour: behaviourOf(model),
    observer: tally,
    resources,
    older,
    pauses,
    decided,
    isSwept: needsSweep(rules, all),
  };
  return { setting, tally };
}
