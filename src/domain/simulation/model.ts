import { type Draw, quickChance } from '../chance';
import { EVENTS } from '../event';
import { type Habit, habitsOf, isAbout, type ReceivedMail, reactionsTo, type Tuned } from '../rehearsal/habits';
import { personasOf, weightsOf } from '../rehearsal/personas';
import { repAnswer } from '../rehearsal/rep-answer';
import type { Persona, Script } from '../rehearsal/script';
import { taskClosing } from '../rehearsal/task-closing';
import type { Actor, Behaviour, SimulatedMail } from './behaviour';

/** What was measured of the mails of one template. Rates are from 0 to 1, of the mails that were accepted. */
export interface MeasuredTemplate {
  readonly accepted: number;
  readonly clickRate: number;
  readonly unsubscribeRate: number;
  readonly callRate: number;
  /** How long after the mail (ms) the quickest click came, then those at equal steps, up to the slowest. None: not known. */
  readonly clickDelaysMs: readonly number[];
}

/** How people behave: personas give the spread, what was measured gives the level. */
export interface BehaviourModel {
  /** Seed, weights of personas, words about single contacts, whether reps answer, what other systems do. */
  readonly script: Script;
  readonly measured?: ReadonlyMap<string, MeasuredTemplate>;
  /** Default: `quickChance`. With `chance`, people do just what they do in a rehearsal of the same seed. */
  readonly draw?: Draw;
}

/** The behaviour that a model describes. The same seed, address, step and occurrence always do the same. */
export function behaviourOf(model: BehaviourModel): Behaviour {
  const { script, draw = quickChance } = model;
  const { seed } = script;
  const personas = { lead: personasOf(script, 'lead', draw), client: personasOf(script, 'client', draw) };
  const levels = levelsOf(model);
  return {
    delivery: () => 'accepted',
    afterMail: ({ contact, audience }, mail) => {
      const { email } = contact;
      const { sequence, stepId, ordinal, purpose, sendId, at: acceptedAt } = mail;
      const received = { email, sequence, stepId, ordinal, purpose, sendId, acceptedAt };
      const tuned = levels?.(mail, audience);
      return reactionsTo(received, { persona: personas[audience](email), seed, draw, tuned });
    },
    afterOffer: (_, offer) => (script.reps === 'silent' ? [] : repAnswer(offer, seed, draw)),
    afterTask: (_, task) => (script.reps === 'silent' ? [] : taskClosing(task, seed, draw)),
    webhook: (_, { endpoint }) => {
      const { webhooks } = script;
      const { status = 200, body = {} } = (Object.hasOwn(webhooks, endpoint) ? webhooks[endpoint] : undefined) ?? {};
      return { type: 'answered', status, body: JSON.stringify(body) };
    },
  };
}

const RATES: { readonly [event: string]: 'clickRate' | 'unsubscribeRate' | 'callRate' } = {
  [EVENTS.mailClicked]: 'clickRate',
  [EVENTS.mailUnsubscribed]: 'unsubscribeRate',
  [EVENTS.callRequested]: 'callRate',
};

/**
 * What is known of a mail's template: each persona does it as much more or less often than the others as by habit, and all
 * together as often as was measured. Undefined: nothing was measured.
 */
function levelsOf({ measured, script }: BehaviourModel) {
  if (!measured || measured.size === 0) return undefined;
  const averages = new Map<string, number>();
  const averageOf = (audience: Actor['audience'], event: string, ordinal: number): number => {
    const key = `${audience} ${event} ${ordinal}`;
    const known = averages.get(key) ?? averageHabit(weightsOf(script, audience), event, ordinal);
    averages.set(key, known);
    return known;
  };
  return ({ template }: SimulatedMail, audience: Actor['audience']) => {
    const known = measured.get(template);
    if (!known) return undefined;
    return (habit: Habit, { ordinal }: ReceivedMail): Tuned | undefined => {
      const rate = RATES[habit.event];
      if (rate === undefined) return undefined;
      const average = averageOf(audience, habit.event, ordinal);
      const likely = average > 0 ? Math.min(1, (habit.likely * known[rate]) / average) : known[rate];
      const { clickDelaysMs } = known;
      if (habit.event !== EVENTS.mailClicked || clickDelaysMs.length < 2) return { likely };
      return { likely, delayMs: (number) => between(clickDelaysMs, number) };
    };
  };
}

/** How often a contact does it about the mail of this ordinal, on average over all personas. */
function averageHabit(weights: Partial<Record<Persona, number>>, event: string, ordinal: number): number {
  let [total, sum] = [0, 0];
  for (const [persona, weight = 0] of Object.entries(weights)) {
    total += weight;
    const habits = habitsOf(persona as Persona); // the keys of a table over Persona
    const habit = habits.find((one) => one.event === event && isAbout(one, ordinal));
    sum += weight * (habit?.likely ?? 0);
  }
  return total > 0 ? sum / total : 0;
}

/** The value at `number` (0 to 1) along points at equal steps. */
function between(points: readonly number[], number: number): number {
  const place = number * (points.length - 1);
  const [low = 0, high = low] = points.slice(Math.floor(place));
  return low + (high - low) * (place - Math.floor(place));
}
