import { durationText } from '../calendar/duration';
import type { Facts } from '../facts';
import type { Instant } from '../ids';
import { type Advanced, advance, type JourneyIdentity } from '../journey/advance';
import type { JourneyState } from '../journey/state';
import type { Rules } from '../rules';
import type { Definition } from '../sequence/definition';
import { type DueMail, mailsDue } from './mails-due';
import { type Migrated, migrated } from './migrated';
import type { Credited } from './moved-wait';
import type { StepMap } from './step-map';

export interface Judging {
  readonly journey: JourneyIdentity;
  readonly turn: number;
  readonly state: JourneyState;
  readonly from: Definition;
  readonly to: Definition;
  readonly map: StepMap;
  /** As the new version asks for them. */
  readonly facts: Facts;
  readonly rules: Pick<Rules, 'scoring' | 'calendars'>;
  readonly now: Instant;
}

/** A journey under another version, and the turn that follows from it. */
export type Judged =
  | (Extract<Migrated, { type: 'moves' }> & { readonly advanced: Advanced })
  | Exclude<Migrated, { type: 'moves' }>;

/** What moving a journey would do to it, and what it would do next. Pure: nothing is moved. */
export function judged(judging: Judging): Judged {
  const { journey, state, from, to, map, facts, rules, now } = judging;
  const result = migrated(state, { journeyId: journey.id, from, to, map, facts, calendars: rules.calendars, now });
  if (result.type !== 'moves') return result;
  return { ...result, advanced: advance(nextTurn(judging, result.state)) };
}

/** Mails that come due by `until` for a journey that has moved. */
export function mailsDueAfter(judging: Judging, state: JourneyState, until: Instant): readonly DueMail[] {
  return mailsDue(nextTurn(judging, state), until);
}

function nextTurn({ journey, turn, to, facts, rules, now }: Judging, state: JourneyState) {
  return { definition: to, journey, state, facts, rules, now, turn };
}

/** Why a journey ends that the map ends. */
export const BY_MAP = 'the step map ends it';

/** In the words of a decision: `at wait-2 → pause, credited 1d 4h`. */
export function movedText(was: string, { stepId, credited, notes }: Extract<Judged, { type: 'moves' }>): string {
  const place = was === stepId ? `at ${stepId}` : `at ${was} → ${stepId}`;
  return [place, ...(credited ? [creditText(credited)] : []), ...notes].join(', ');
}

/** The same for journeys that fare alike: `to pause, credited`. */
export function moveKind(was: string, { stepId, credited, notes }: Extract<Judged, { type: 'moves' }>): string {
  const credit = credited && (credited.waitedMs > 0 ? 'credited' : 'its wait begins anew');
  const said = [...(was === stepId ? [] : [`to ${stepId}`]), ...(credit ? [credit] : []), ...notes];
  return said.length > 0 ? said.join(', ') : 'as it is';
}

const creditText = ({ waitedMs }: Credited): string =>
  waitedMs > 0 ? `credited ${durationText(waitedMs)}` : 'its wait begins anew';

/** The step at which a journey stands; what it is instead, where it stands at none. */
export const placeOf = ({ place }: JourneyState): string => ('stepId' in place ? place.stepId : place.type);
