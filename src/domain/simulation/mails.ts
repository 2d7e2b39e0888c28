import { EVENTS } from '../event';
import type { Rival } from '../gate/gap';
import { barring, heldBy } from '../gate/gate';
import type { Instant } from '../ids';
import { hindranceOf } from '../journey/hindrance';
import type { Effect, MailOutcome } from '../journey/move';
import { stepOf } from '../journey/step-map';
import { refusalOf } from '../send/refusal';
import { type MailStep, priorityOf, templateOf } from '../steps/mail';
import type { SimulatedMail } from './behaviour';
import type { Provider } from './resources';
import type { Run } from './run';
import type { Simulation } from './simulation';
import { situationOf } from './wake';

/** A mail whose turn at the provider comes later. */
export interface Waiting {
  readonly waitsUntil: Instant;
  readonly stepId: string;
  readonly key: string;
}

export interface AskedMail {
  readonly stepId: string;
  readonly effect: Extract<Effect, { type: 'mail' }>;
  /** For what it has waited, if for anything: rules and pauses are asked again then. */
  readonly hasWaitedFor?: 'lane' | 'provider';
}

/** Sends one mail, if the gate lets it and the provider takes it now. */
export function performMail(
  simulation: Simulation,
  run: Run,
  { asked, provider }: { readonly asked: AskedMail; readonly provider: Provider },
): MailOutcome | Waiting {
  const { setting, now } = simulation;
  const { person, definition } = run;
  const step = mailStep(run, asked.stepId);
  const purpose = step.purpose ?? definition.purpose;
  const priority = priorityOf(step, definition);
  person.now = now;
  if (simulation.pauses) person.facts.pauses = simulation.pauses.of(run);
  const hindrance = asked.hasWaitedFor && hindranceOf(definition, situationOf(run, now));
  if (hindrance) {
    setting.observer.unsent?.(run, { stepId: step.id, verdict: hindrance, deferral: null, now });
    return refusalOf(hindrance);
  }
  const zone = person.facts.contact.timeZone;
  const { client } = person.facts;
  const { gate } = setting.rules;
  const rivals = gate.gap && rivalsOf(run, now);
  const facts = person.mails.gateFacts(purpose, { rules: gate, now, zone, client, priority, rivals });
  const verdict = barring(gate, facts, now);
  if (verdict) {
    const deferral = verdict.type === 'defer' ? heldBy(gate, facts, now) : null;
    setting.observer.unsent?.(run, { stepId: step.id, verdict, deferral, now });
    return refusalOf(verdict);
  }
  const waitsUntil = asked.hasWaitedFor === 'provider' ? now : provider.nextTurn(now);
  if (waitsUntil > now) {
    const waiting = { type: 'defer', until: waitsUntil, reason: 'the provider takes no more now' } as const;
    setting.observer.unsent?.(run, { stepId: step.id, verdict: waiting, deferral: 'provider', now });
    return { waitsUntil, stepId: step.id, key: asked.effect.key };
  }
  return deliver(simulation, run, {
    sequence: definition.sequence,
    stepId: step.id,
    template: templateOf(step, asked.effect.variant),
    purpose,
    ordinal: run.mails + 1,
    sendId: asked.effect.key,
    at: now,
    variant: asked.effect.variant,
  });
}

/** Mails of the person's other journeys that could go now, as src/store/gate-facts.ts reads them: the highest priority first. */
function rivalsOf(run: Run, now: Instant): readonly Rival[] {
  const rivals = run.person.running.flatMap((other) => (other === run ? [] : rivalOf(other, now)));
  return rivals.toSorted((a, b) => b.priority - a.priority);
}

function rivalOf({ definition, state: { place }, turnedAt }: Run, now: Instant): Rival | [] {
  const step = 'stepId' in place ? definition.steps.find(({ id }) => id === place.stepId) : undefined;
  if (step?.type !== 'mail' || ('heldBy' in place && place.heldBy)) return [];
  const dueAt = place.type === 'waiting' ? place.until : turnedAt;
  if (dueAt === null || dueAt > now) return [];
  const { sequence } = definition;
  return { purpose: step.purpose ?? definition.purpose, priority: priorityOf(step, definition), dueAt, sequence };
}

function mailStep({ definition }: Run, stepId: string): MailStep {
  const step = stepOf(definition, stepId);
  if (step.type !== 'mail') throw new TypeError(`step ${stepId} is no mail`);
  return step;
}

type VariedMail = SimulatedMail & { readonly variant: string | undefined };

function deliver(simulation: Simulation, run: Run, mail: VariedMail): MailOutcome {
  const { behaviour, observer } = simulation.setting;
  const { person, definition, id: journeyId } = run;
  const actor = { contact: person.facts.contact, audience: definition.audience };
  const status = behaviour.delivery(actor, mail);
  const { sendId, template, purpose, at } = mail;
  if (status !== 'rejected') person.mails.countMail(purpose, at);
  if (status === 'accepted') person.mails.countUnheard(purpose, at);
  if (status === 'accepted') {
    run.mails += 1;
    observer.sent?.(run, mail);
    simulation.experiments?.sent(run, mail);
    run.isBusy = true; // the turn that this mail's outcome brings comes next
    simulation.happen(person, { type: EVENTS.mailAccepted, at, journeyId, properties: { sendId, template } });
    run.isBusy = false;
    simulation.plan(person, behaviour.afterMail(actor, mail), run);
  }
  return { effect: 'mail', status, reason: status };
}

/** Tells of a mail that waits for the limit of its lane. */
export function tellWaiting({ setting, now }: Simulation, run: Run, stepId: string): void {
  const verdict = { type: 'defer', until: now, reason: 'its lane is busy' } as const;
  setting.observer.unsent?.(run, { stepId, verdict, deferral: 'lane', now });
}
