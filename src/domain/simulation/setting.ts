import type { FactEvent } from '../facts';
import type { Instant } from '../ids';
import type { ScriptedEvent } from '../rehearsal/scripted-event';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import type { Behaviour } from './behaviour';
import type { Winners } from './experiments';
import type { Observer } from './observer';
import type { PlannedPause } from './pauses';
import type { Person } from './person';
import type { Resources } from './resources';

export interface Setting {
  readonly rules: Rules;
  /** Sequences that may be entered, by name. */
  readonly sequences: ReadonlyMap<string, Definition>;
  /** Other versions on which journeys of before go on. */
  readonly older?: readonly Definition[];
  readonly behaviour: Behaviour;
  readonly observer: Observer;
  readonly resources?: Resources;
  /** Winners of variants that were decided before. */
  readonly decided?: Winners;
  readonly pauses?: readonly PlannedPause[];
  /** Whether the daily sweep runs: it costs something for each person and day. */
  readonly isSwept?: boolean;
  /** Whether somebody reads keys and reasons: then they are what they are in life. */
  readonly isRead?: boolean;
  /** Id of a journey that enters now; default: one of the simulation's own. */
  readonly journeyIdOf?: (person: Person, sequence: string) => string;
}

/** How somebody comes into a sequence: by an event that enters it, or by hand. */
export interface Entry {
  readonly sequence: string;
  readonly at: Instant;
  /** The event by which they come; absent: by hand. */
  readonly event?: { readonly type: string; readonly properties: FactEvent['properties'] };
  /** Id of the journey; default: one of its own. */
  readonly journeyId?: string;
  /** What they do besides what the behaviour says. */
  readonly planned?: readonly ScriptedEvent[];
  /** Called when they have come. */
  readonly then?: (person: Person) => void;
}

/** What is known of an event beside itself. */
export interface Told {
  /** It enters nobody into anything, and is kept although nobody may ask for its type. */
  readonly isKept?: boolean;
  /** The lead that it names. */
  readonly leadId?: string;
  /** The day of the sweep that tells it. */
  readonly sweptOn?: string;
}
