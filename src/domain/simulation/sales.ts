import { EVENTS } from '../event';
import { chooseRep, type RepInTurn } from '../handoff/choose-rep';
import { chooseTeam } from '../handoff/choose-team';
import { FURTHER, STAGES } from '../handoff/stage';
import { type Answer, statusOf } from '../handoff/status';
import type { Instant } from '../ids';
import type { HandoffStatus } from '../journey/move';
import { REP_ANSWERS } from '../rehearsal/rep-answer';
import type { NewTask } from '../steps/handler';
import type { OfferUnderWay } from './carry-on';
import type { SimulatedHandoff } from './observer';
import type { Desks } from './resources';
import type { Run } from './run';
import type { Simulation } from './simulation';

const DAY = 86_400_000;

/** A handoff that waits for its answer. */
interface Open extends SimulatedHandoff {
  isOpen: boolean;
}

/** The sales teams of a simulation: who gets a lead, how it is answered, what they have room for. */
export class Sales {
  private readonly rotation = new Map<string, readonly RepInTurn[]>();
  private readonly open = new Map<string, Open>();

  constructor(
    private readonly simulation: Simulation,
    private readonly desks: Desks,
  ) {}

  /** Offers the lead to a rep, once by `key`. */
  offer(run: Run, { stepId, key }: { readonly stepId: string; readonly key: string }): void {
    if (this.open.has(key)) return;
    const { simulation } = this;
    const { now, setting } = simulation;
    const step = run.definition.steps.find(({ id }) => id === stepId);
    if (step?.type !== 'handoff') throw new TypeError(`step ${stepId} is no handoff`);
    run.person.focus(run.leadId);
    const team = step.team ?? chooseTeam(setting.rules.routing, run.person.facts, now).team;
    const dueAt = now + step.sla;
    const handoff: Open = { id: key, run, stepId, team, rep: this.nextRep(team), offeredAt: now, dueAt, isOpen: true };
    this.open.set(key, handoff);
    setting.observer.offered?.(handoff);
    simulation.happen(run.person, {
      type: EVENTS.handoffOffered,
      at: now,
      journeyId: run.id,
      properties: { handoffId: key, team },
    });
    this.expect(handoff, { sla: step.sla, isEscalated: false });
  }

  /** A handoff of before: it is answered, escalated and expires as if it had been offered here. */
  carryOn(
    run: Run,
    { stepId, key, isEscalated, ...offer }: OfferUnderWay & { readonly stepId: string; readonly key: string },
  ): void {
    const step = run.definition.steps.find(({ id }) => id === stepId);
    if (step?.type !== 'handoff') throw new TypeError(`step ${stepId} is no handoff`);
    const handoff: Open = { id: key, run, stepId, ...offer, dueAt: offer.offeredAt + step.sla, isOpen: true };
    this.open.set(key, handoff);
    this.expect(handoff, { sla: step.sla, isEscalated });
  }

  private expect(handoff: Open, { sla, isEscalated }: { readonly sla: number; readonly isEscalated: boolean }): void {
    const { simulation } = this;
    const { dueAt } = handoff;
    this.awaitAnswer(handoff);
    if (!isEscalated)
      simulation.at(dueAt, () => handoff.isOpen && simulation.setting.observer.escalated?.(handoff, simulation.now));
    simulation.at(dueAt + sla, () => this.close(handoff, 'expired'));
  }

  private awaitAnswer(handoff: Open): void {
    const { simulation } = this;
    const { run, stepId, id: handoffId, offeredAt, dueAt } = handoff;
    const { contact } = run.person.facts;
    const occurrence = run.countVisit(stepId);
    const { email, locale } = contact;
    const { sequence, audience } = run.definition;
    const offer = { email, locale, sequence, stepId, occurrence, handoffId, offeredAt, dueAt };
    const events = simulation.setting.behaviour.afterOffer({ contact, audience }, offer);
    const answer = events.find(({ type }) => type === REP_ANSWERS);
    const others = events.filter(({ type }) => type !== REP_ANSWERS);
    if (!answer) {
      simulation.plan(run.person, others);
      return;
    }
    const lags = others.map((event) => ({ ...event, dueAt: event.dueAt - answer.dueAt }));
    simulation.at(answer.dueAt, () => this.answer(handoff, answer.properties.action as Answer, lags));
  }

  /** Whoever has no room today answers on the first day that has; the manager's room counts from the escalation on. */
  private answer(handoff: Open, action: Answer, after: Parameters<Simulation['plan']>[1]): void {
    if (!handoff.isOpen) return;
    const { simulation } = this;
    const { now } = simulation;
    const who = now < handoff.dueAt ? (handoff.rep ?? handoff.team) : `manager of ${handoff.team}`;
    if (!this.desks.take(who, now)) {
      simulation.setting.observer.putOff?.(handoff, now);
      simulation.at(now + DAY, () => this.answer(handoff, action, after));
      return;
    }
    simulation.plan(
      handoff.run.person,
      after.map((event) => ({ ...event, dueAt: now + event.dueAt })),
    );
    this.close(handoff, statusOf(action), action);
  }

  private close(handoff: Open, status: HandoffStatus, action?: Answer): void {
    if (!handoff.isOpen) return;
    handoff.isOpen = false;
    this.open.delete(handoff.id);
    const { simulation } = this;
    const { run, id: handoffId } = handoff;
    const { now, setting } = simulation;
    setting.observer.closed?.(handoff, { status, now });
    this.moveLead(run, status, now);
    if (action !== undefined) {
      const properties = { handoffId, action, reason: '' };
      simulation.happen(run.person, { type: EVENTS.handoffAnswered, at: now, journeyId: run.id, properties });
    }
    const { place } = run.state;
    if (!run.isOver && place.type === 'performing' && place.key === handoffId)
      simulation.take(run, { effect: 'handoff', status, reason: status });
  }

  private moveLead(run: Run, status: HandoffStatus, now: Instant): void {
    const next = STAGES[status];
    run.person.focus(run.leadId);
    const { lead } = run.person.facts;
    if (!next || !lead || run.definition.audience !== 'lead' || FURTHER.includes(lead.stage)) return;
    const from = lead.stage;
    const isMoved = lead.stage !== next.stage;
    lead.stage = next.stage;
    if (isMoved && status === 'recycled' && !run.isOver) lead.stage = 'nurturing';
    run.person.now = now;
    this.simulation.tellStage(run.person, from);
  }

  /** Turns by weight, as in life; null: the team has nobody. */
  private nextRep(team: string): string | null {
    const reps = this.rotation.get(team) ?? this.repsOf(team);
    const chosen = chooseRep(reps);
    if (!chosen) return null;
    const { repId, currentWeights } = chosen;
    this.rotation.set(
      team,
      reps.map((rep) => ({ ...rep, currentWeight: currentWeights.get(rep.id) ?? 0 })),
    );
    return repId;
  }

  private repsOf(team: string): readonly RepInTurn[] {
    const { teams } = this.simulation.setting.rules.routing;
    const { reps = [] } = Object.hasOwn(teams, team) ? (teams[team] ?? {}) : {};
    return reps.map(({ email, weight }) => ({ id: email, weight, currentWeight: 0 }));
  }

  /** Gives the task to the next rep of its team; its outcome comes back as an event, unless the journey has ended by then. */
  give(run: Run, task: NewTask): void {
    const { now, setting } = this.simulation;
    this.nextRep(task.team ?? chooseTeam(setting.rules.routing, run.person.facts, now).team);
    this.expectTask(run, { ...task, givenAt: now });
  }

  /** Lets a rep close a task that was given. */
  expectTask(
    run: Run,
    { key: taskId, stepId, kind, title, dueAt, givenAt }: NewTask & { readonly givenAt: Instant },
  ): void {
    const { simulation } = this;
    const { setting } = simulation;
    const { person, definition } = run;
    const step = definition.steps.find(({ id }) => id === stepId);
    if (step?.type !== 'task') throw new TypeError(`step ${stepId} is no task`);
    const { contact } = person.facts;
    const { sequence, audience } = definition;
    const about = { email: contact.email, sequence, stepId, occurrence: run.countVisit(stepId) };
    const given = { ...about, kind, outcomes: Object.keys(step.outcomes), taskId, givenAt, dueAt };
    for (const { dueAt: at, properties } of setting.behaviour.afterTask({ contact, audience }, given)) {
      const closed = { taskId, title, outcome: properties.outcome ?? 'done' };
      simulation.at(at, () => {
        if (!run.isOver)
          simulation.happen(person, { type: EVENTS.taskClosed, at, journeyId: run.id, properties: closed });
      });
    }
  }
}
