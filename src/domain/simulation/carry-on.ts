import type { Instant } from '../ids';
import type { Move } from '../journey/move';
import type { JourneyState } from '../journey/state';
import type { Definition } from '../sequence/definition';
import type { NewTask } from '../steps/handler';
import type { Person } from './person';
import { Run } from './run';
import type { Simulation } from './simulation';

/** A handoff that waits for its answer. */
export interface OfferUnderWay {
  readonly team: string;
  /** Address of the rep. */
  readonly rep: string | null;
  readonly offeredAt: Instant;
  readonly isEscalated: boolean;
}

/** A journey on record that has not ended. */
export interface UnderWay {
  readonly id: string;
  readonly definition: Definition;
  readonly leadId: string | null;
  readonly enteredAt: Instant;
  readonly turn: number;
  readonly state: JourneyState;
  readonly move: Move;
  readonly waitsFor: readonly string[];
  /** The journey whose step waits for its end. */
  readonly parent: { readonly journeyId: string; readonly joinId: string } | null;
  /** Mails that were accepted. */
  readonly mails: number;
  readonly offer: OfferUnderWay | null;
  /** Tasks that are not closed. */
  readonly tasks: readonly (NewTask & { readonly givenAt: Instant })[];
}

/** Lets the journeys of a person go on from where they stand. */
export function carryOn(simulation: Simulation, person: Person, journeys: readonly UnderWay[]): void {
  const runs = journeys.map((journey) => ({ journey, run: runOf(person, journey) }));
  for (const { journey, run } of runs) {
    const { parent } = journey;
    const above = parent && runs.find(({ run: { id } }) => id === parent.journeyId);
    if (parent && above) run.parent = { run: above.run, joinId: parent.joinId };
    person.running.push(run);
    simulation.setting.observer.carriedOn?.(run, simulation.now);
  }
  for (const { journey, run } of runs) goOn(simulation, run, journey);
}

function runOf(
  person: Person,
  { id, definition, state, enteredAt, leadId, turn, move, waitsFor, mails }: UnderWay,
): Run {
  const entry = person.facts.events.find(({ seq }) => seq === state.entrySeq);
  // turns that nobody reads use their state up, and the record is of all runs
  const own = { ...state, visits: { ...state.visits } };
  const run = new Run(person, definition, { id, state: own, enteredAt, entry, leadId });
  Object.assign(run, { turn, move, waitsFor, mails, isFresh: false });
  return run;
}

/** What it waits for is waited for again; what was under way is done again, under the same key. */
function goOn(simulation: Simulation, run: Run, { move, state, offer, tasks, turn }: UnderWay): void {
  for (const task of tasks) simulation.sales.expectTask(run, task);
  const isHeld = 'heldBy' in state.place && state.place.heldBy !== undefined;
  if (turn === 0 || isHeld) simulation.at(simulation.now, () => run.turn === turn && simulation.take(run));
  else if (move.type === 'perform' && move.effect.type === 'handoff' && offer)
    simulation.sales.carryOn(run, { stepId: move.stepId, key: move.effect.key, ...offer });
  else simulation.resume(run, move);
}
