import type { IncomingEvent } from '../domain/event';
import type { Tx } from './db';
import type { Enrolled, Enrolment } from './enrol';
import type { TurnDeps } from './turn';

/**
 * What a turn may call that takes turns itself: entering another sequence, recording an event. Modules may not import each other
 * in a circle, so the two hand themselves in here when they are loaded; whoever takes turns loads ./ingest, which takes ./enrol along: the activities and cli/database.ts do.
 */
interface TurnCalls {
  readonly enrol: (tx: Tx, deps: TurnDeps, enrolment: Enrolment) => Promise<Enrolled>;
  readonly ingestIn: (tx: Tx, deps: TurnDeps, event: IncomingEvent) => Promise<{ readonly pokes: readonly string[] }>;
}

const handedIn: Partial<TurnCalls> = {};

/** Called once by each of the modules, at its end. */
export function handIn(calls: Partial<TurnCalls>): void {
  Object.assign(handedIn, calls);
}

export const enrolByTurn: TurnCalls['enrol'] = (...given) => called('enrol')(...given);
export const ingestByTurn: TurnCalls['ingestIn'] = (...given) => called('ingestIn')(...given);

function called<K extends keyof TurnCalls>(name: K): TurnCalls[K] {
  const call = handedIn[name];
  if (!call) throw new TypeError(`${name} is not loaded`);
  return call;
}
