import { EVENTS } from '../../src/domain/event';
import type { ContactFacts, FactEvent, Facts, LeadFacts } from '../../src/domain/facts';
import type { Rival } from '../../src/domain/gate/gap';
import { gate } from '../../src/domain/gate/gate';
import { type Engagement, NO_ENGAGEMENT } from '../../src/domain/gate/sunset';
import { chooseTeam } from '../../src/domain/handoff/choose-team';
import { FURTHER, STAGES } from '../../src/domain/handoff/stage';
import { type Answer, statusOf } from '../../src/domain/handoff/status';
import { type KeyOf, keyOf } from '../../src/domain/ids';
import { advance, type Unread } from '../../src/domain/journey/advance';
import { changedFacts } from '../../src/domain/journey/changed-facts';
import { factsOfJourney } from '../../src/domain/journey/facts-of-journey';
import type { EffectOutcome, HandoffStatus, Move } from '../../src/domain/journey/move';
import { needsOf } from '../../src/domain/journey/needs';
import { heldRule } from '../../src/domain/journey/rules';
import { initialState, type JourneyState } from '../../src/domain/journey/state';
import { REP_ANSWERS } from '../../src/domain/rehearsal/rep-answer';
import type { Rules } from '../../src/domain/rules';
import { earnedBy, rulesFor } from '../../src/domain/scoring/earned';
import { fitOf } from '../../src/domain/scoring/fit';
import { addInterest, type Interest, scoreAt, withStepPoints } from '../../src/domain/scoring/interest';
import { judge } from '../../src/domain/scoring/standing';
import type { Definition } from '../../src/domain/sequence/definition';
import { reentry } from '../../src/domain/sequence/reentry';
import type { Behaviour } from '../../src/domain/simulation/behaviour';
import type { Change } from '../../src/domain/steps/handler';
import { priorityOf, templateOf } from '../../src/domain/steps/mail';
import type { WebhookStep } from '../../src/domain/steps/webhook';
import { USUAL_LIMITS, webhookOutcome } from '../../src/domain/webhook/settle';

/** One turn of a list that two ways of running a journey are compared by. */
export interface Listed {
  readonly journeyId: string;
  readonly now: number;
  readonly path: readonly string[];
  readonly move: Move;
  readonly changes: readonly Change[];
  readonly ended: string | null;
  /** What was decided, with reasons; none where nobody reads them. */
  readonly decisions: readonly {
    readonly kind: string;
    readonly outcome: string;
    readonly reason: string;
    readonly key: string;
  }[];
}

export interface Plain {
  readonly sequence: Definition;
  readonly others: readonly Definition[];
  readonly rules: Rules;
  readonly contact: ContactFacts;
  readonly lead: LeadFacts;
  readonly hasConsent: boolean;
  readonly startsAt: number;
  readonly until: number;
  readonly events: readonly {
    readonly type: string;
    readonly at: number;
    readonly properties: FactEvent['properties'];
  }[];
  readonly behaviour: Behaviour;
  readonly unread?: Unread;
}

/** Journeys that go round are followed for so many turns. */
export const MOST_TURNS = 150;

interface Journey {
  readonly id: string;
  readonly definition: Definition;
  readonly enteredAt: number;
  state: JourneyState;
  turn: number;
  turnedAt: number;
  waitsFor: readonly string[];
  isOver: boolean;
  isFresh: boolean;
  mails: number;
  parent?: { readonly journey: Journey; readonly joinId: string };
  readonly offers: Map<string, number>;
}

/**
 * One contact by `advance` alone, as plainly as it can be written: every event is kept, every fact is made anew for each turn, what
 * comes next is looked for in a list. What the simulation does for speed is not done here.
 */
export function plainly(plain: Plain): readonly Listed[] {
  const world = new PlainWorld(plain);
  world.begin();
  world.go();
  return world.list.slice(0, MOST_TURNS);
}

class PlainWorld {
  readonly list: Listed[] = [];
  private agenda: { readonly at: number; readonly happens: () => void }[] = [];
  private now: number;
  private readonly log: FactEvent[] = [];
  private readonly points: (Interest & { readonly isOfStep: boolean })[] = [];
  private given = new Map<string, number>();
  private readonly journeys: Journey[] = [];
  private readonly heard: { readonly type: string; readonly place: number }[] = [];
  private readonly accepted: { readonly purpose: string; readonly at: number; readonly place: number }[] = [];
  private readonly mailed: { readonly purpose: string; readonly at: number }[] = [];
  private readonly messages = new Map<string, { readonly attempts: number; readonly plannedAt: number }>();
  private readonly withdrawn = new Map<string, number>();
  private suppressedAt: number | null = null;
  private contact: ContactFacts;
  private lead: LeadFacts;
  private client: Facts['client'] = null;
  private readonly key: KeyOf;

  constructor(private readonly plain: Plain) {
    this.now = plain.startsAt;
    this.contact = plain.contact;
    this.lead = plain.lead;
    this.key = plain.unread?.keyOf ?? keyOf;
  }

  begin(): void {
    this.refit();
    const { sequence, startsAt, events } = this.plain;
    for (const { type, at, properties } of events)
      this.at(at, () => this.happen({ type, at, journeyId: null, properties }));
    this.enter(sequence, startsAt);
  }

  /** The first that was put in of those that come first. */
  go(): void {
    for (;;) {
      const next = this.agenda.reduce<(typeof this.agenda)[number] | undefined>(
        (first, one) => (first === undefined || one.at < first.at ? one : first),
        undefined,
      );
      if (!next || next.at > this.plain.until || this.list.length >= MOST_TURNS) return;
      this.agenda = this.agenda.filter((one) => one !== next);
      this.now = Math.max(this.now, next.at);
      next.happens();
    }
  }

  private at(at: number, happens: () => void): void {
    this.agenda.push({ at: Math.max(at, this.now), happens });
  }

  private get actor() {
    return { contact: this.contact, audience: 'lead' as const };
  }

  private get interest(): Interest {
    const { halfLife } = this.plain.rules.scoring;
    const none: Interest = { points: 0, at: this.contact.createdAt };
    return this.points.reduce((sum, one) => (one.isOfStep ? withStepPoints : addInterest)(sum, one, halfLife), none);
  }

  private facts(): Facts {
    const lead = { ...this.lead, score: scoreAt(this.interest, this.now, this.plain.rules.scoring.halfLife) };
    const { contact, client, log } = this;
    return { contact, lead, client, organisation: null, events: [...log], lastSeq: log.length };
  }

  private refit(): void {
    const { scoring } = this.plain.rules;
    if (['won', 'lost'].includes(this.lead.stage)) return;
    const facts = this.facts();
    const fit = fitOf(scoring, facts, this.now);
    this.lead = { ...this.lead, ...judge(scoring, this.lead, { score: facts.lead?.score ?? 0, fit }).standing };
  }

  private enter(definition: Definition, now: number, parent?: Journey['parent']): Journey | undefined {
    const past = this.journeys
      .filter((one) => one.definition.sequence === definition.sequence)
      .map(({ id, isOver, enteredAt }) => ({ id, running: !isOver, enteredAt, leadId: this.lead.id, entryKey: null }));
    const entering = { leadId: this.lead.id, key: undefined, now };
    if (reentry(definition.reenter, past, entering) !== undefined) return undefined;
    const id = `${this.contact.id}.${this.journeys.length}`; // as the simulation names it
    const state = initialState(this.log.length);
    const rest = { turn: 0, turnedAt: 0, waitsFor: [], isOver: false, isFresh: true, mails: 0, offers: new Map() };
    const journey: Journey = { id, definition, enteredAt: now, state, ...rest, ...(parent ? { parent } : {}) };
    this.journeys.push(journey);
    if (['new', 'recycled'].includes(this.lead.stage)) this.lead = { ...this.lead, stage: 'nurturing' };
    const move = this.decide(journey, undefined); // with the entry, as in life
    this.at(now, () => {
      if (journey.isOver || !journey.isFresh) return;
      journey.isFresh = false;
      const outcome = this.perform(journey, move);
      if (outcome) this.take(journey, outcome);
    });
    return journey;
  }

  private happen(event: Omit<FactEvent, 'seq'>, busy?: Journey): void {
    const { type, at, properties } = event;
    if (type === EVENTS.mailUnsubscribed) this.withdrawn.set(String(properties.purpose ?? 'marketing'), at);
    if (type === EVENTS.mailBounced) this.suppressedAt ??= at;
    if (type === EVENTS.purchase && typeof properties.amount === 'number') this.bought(properties.amount, at);
    this.log.push({ ...event, seq: this.log.length + 1 });
    this.heard.push({ type, place: this.heard.length });
    this.score(type, at);
    for (const journey of this.journeys.filter(({ isOver }) => !isOver))
      if (journey !== busy && this.wakes(journey, type)) this.wake(journey);
  }

  private bought(amount: number, at: number): void {
    const { firstPurchaseAt = at, purchases = 0, revenue = 0 } = this.client ?? {};
    this.client = {
      status: 'active',
      firstPurchaseAt,
      lastPurchaseAt: at,
      purchases: purchases + 1,
      revenue: revenue + amount,
    };
  }

  private score(type: string, at: number): void {
    const { scoring } = this.plain.rules;
    if (['won', 'lost'].includes(this.lead.stage)) return;
    const earned = earnedBy(rulesFor(scoring, type), { given: this.given });
    if (earned.length === 0) return;
    this.given = new Map([
      ...this.given,
      ...earned.map(({ rule, points }) => [rule, (this.given.get(rule) ?? 0) + points] as const),
    ]);
    this.points.push({ points: earned.reduce((sum, { points }) => sum + points, 0), at, isOfStep: false });
    this.rejudge();
  }

  private rejudge(): void {
    const { scoring } = this.plain.rules;
    const { interest } = this;
    const score = scoreAt(interest, interest.at, scoring.halfLife);
    this.lead = { ...this.lead, ...judge(scoring, this.lead, { score }).standing };
  }

  private wakes({ definition, waitsFor, id, state, enteredAt }: Journey, type: string): boolean {
    const { ruleEvents, ruleConditions } = needsOf(definition);
    if (waitsFor.includes(type) || ruleEvents.some((rule) => rule.type === type)) return true;
    const facts = factsOfJourney(this.facts(), { state, enteredAt });
    return (
      ruleConditions && heldRule(definition, { journeyId: id, facts, now: this.now, seen: state.seen }) !== undefined
    );
  }

  private wake(journey: Journey): void {
    if (journey.state.place.type === 'performing') this.decide(journey, undefined);
    else this.take(journey);
  }

  private take(journey: Journey, first?: EffectOutcome): void {
    journey.isFresh = false;
    let outcome = first;
    do {
      if (journey.isOver) return;
      const move = this.decide(journey, outcome);
      outcome = journey.isOver ? undefined : this.perform(journey, move);
    } while (outcome);
  }

  private decide(journey: Journey, outcome: EffectOutcome | undefined): Move {
    const { definition, id, state, turn, enteredAt } = journey;
    const { rules, unread } = this.plain;
    const { now } = this;
    const facts = factsOfJourney(this.facts(), { state, enteredAt });
    const identity = { id, contactId: this.contact.id };
    const advanced = advance({ definition, journey: identity, state, facts, rules, now, outcome, turn, unread });
    const { move, path, changes, ended, decisions } = advanced;
    const said = decisions.map(({ kind, outcome: what, reason, key }) => ({ kind, outcome: what, reason, key }));
    this.list.push({ journeyId: id, now, path, move, changes, ended: ended?.outcome ?? null, decisions: said });
    Object.assign(journey, { state: advanced.state, turn: turn + 1, waitsFor: advanced.waitsFor });
    for (const change of changes) this.change(journey, change);
    if (ended) this.end(journey, ended.outcome);
    return move;
  }

  private change(journey: Journey, change: Change): void {
    if (change.type === 'task') this.give(journey, change.task);
    else if (change.type === 'join') this.join(journey, change);
    else if (change.type === 'score') this.addPoints(change.points);
    else this.changeFacts(change);
  }

  private addPoints(points: number): void {
    if (['won', 'lost'].includes(this.lead.stage)) return;
    this.points.push({ points, at: this.now, isOfStep: true });
    this.rejudge();
  }

  private changeFacts(change: Change): void {
    const judging = { scoring: this.plain.rules.scoring, now: this.now };
    const { contact, lead } = changedFacts(this.facts(), change, judging);
    this.contact = contact;
    if (change.type === 'stage') this.lead = lead ?? this.lead;
    else this.refit();
  }

  private give(journey: Journey, task: Extract<Change, { type: 'task' }>['task']): void {
    const step = journey.definition.steps.find(({ id }) => id === task.stepId);
    if (step?.type !== 'task') throw new Error(`${task.stepId} is no task`);
    const { key: taskId, stepId, kind, title, dueAt } = task;
    const { sequence } = journey.definition;
    const occurrence = this.visit(journey, stepId);
    const about = { email: this.contact.email, sequence, stepId, occurrence, kind };
    const given = { ...about, outcomes: Object.keys(step.outcomes), taskId, givenAt: this.now, dueAt };
    for (const { dueAt: at, properties } of this.plain.behaviour.afterTask(this.actor, given)) {
      const closed = { taskId, title, outcome: properties.outcome ?? 'done' };
      this.at(at, () => {
        if (!journey.isOver) this.happen({ type: EVENTS.taskClosed, at, journeyId: journey.id, properties: closed });
      });
    }
  }

  private join(journey: Journey, { key, sequence, isAwaited }: Extract<Change, { type: 'join' }>): void {
    const definition = this.plain.others.find((one) => one.sequence === sequence);
    const child = definition && this.enter(definition, this.now, isAwaited ? { journey, joinId: key } : undefined);
    if (isAwaited && !child) this.tell(journey, { joinId: key, sequence, outcome: 'refused' });
  }

  private visit({ offers }: Journey, stepId: string): number {
    const count = (offers.get(stepId) ?? 0) + 1;
    offers.set(stepId, count);
    return count;
  }

  private tell({ id }: Journey, properties: FactEvent['properties']): void {
    this.at(this.now, () => this.happen({ type: EVENTS.journeyEnded, at: this.now, journeyId: id, properties }));
  }

  private end(journey: Journey, outcome: string): void {
    journey.isOver = true;
    if (journey.parent) {
      const { journey: above, joinId } = journey.parent;
      this.tell(above, { joinId, sequence: journey.definition.sequence, outcome });
    }
  }

  private perform(journey: Journey, move: Move): EffectOutcome | undefined {
    if (move.type === 'end') return undefined;
    if (move.type === 'await') {
      const { turn } = journey;
      if (move.until !== null) this.at(move.until, () => journey.turn === turn && this.take(journey));
      return undefined;
    }
    const { stepId, effect } = move;
    if (effect.type === 'mail') return this.mail(journey, stepId, effect);
    if (effect.type === 'handoff') return this.offer(journey, stepId, effect.key);
    const step = journey.definition.steps.find(({ id }) => id === stepId);
    if (step?.type !== 'webhook') throw new Error(`${stepId} is no webhook`);
    return this.tellOthers(step, effect.key);
  }

  private tellOthers({ endpoint, set }: WebhookStep, key: string): EffectOutcome {
    const { now } = this;
    const reply = this.plain.behaviour.webhook(this.actor, { endpoint, key, now });
    const { attempts, plannedAt } = this.messages.get(key) ?? { attempts: 0, plannedAt: now };
    this.messages.set(key, { attempts: attempts + 1, plannedAt });
    return webhookOutcome(reply, { key, attempts, plannedAt, now, limits: USUAL_LIMITS, set });
  }

  private mail(
    journey: Journey,
    stepId: string,
    effect: { readonly key: string; readonly variant?: string },
  ): EffectOutcome {
    const { definition, id: journeyId } = journey;
    const { behaviour, rules, hasConsent, startsAt } = this.plain;
    const step = definition.steps.find(({ id }) => id === stepId);
    if (step?.type !== 'mail') throw new Error(`${stepId} is no mail`);
    const purpose = step.purpose ?? definition.purpose;
    const left = this.withdrawn.get(purpose);
    const granted = hasConsent ? { granted: true, source: 'test', at: startsAt } : null;
    const consent = left === undefined ? granted : { granted: false, source: EVENTS.mailUnsubscribed, at: left };
    const suppression = this.suppressedAt === null ? null : { reason: 'hard_bounce', at: this.suppressedAt };
    const mailedAt = this.mailed.filter((one) => one.purpose === purpose).map(({ at }) => at);
    const zone = this.contact.timeZone;
    const own = { purpose, mailedAt, consent, suppression, zone, priority: priorityOf(step, definition) };
    const mailedElse = this.mailed.filter((one) => one.purpose !== purpose);
    const facts = { ...own, mailedElse, rivals: this.rivals(journey), engagement: this.engagement() };
    const verdict = gate(rules.gate, facts, this.now);
    const { reason } = verdict;
    if (verdict.type === 'defer') return { effect: 'mail', status: 'deferred', until: verdict.until, reason };
    if (verdict.type !== 'send')
      return { effect: 'mail', status: verdict.type === 'skip' ? 'skipped' : 'exit', reason };
    const template = templateOf(step, effect.variant);
    const { sequence } = definition;
    const { key: sendId } = effect;
    const mail = { sequence, stepId, template, purpose, ordinal: journey.mails + 1, sendId, at: this.now };
    const status = behaviour.delivery(this.actor, mail);
    if (status !== 'rejected') this.mailed.push({ purpose, at: this.now });
    if (status === 'accepted') {
      this.accepted.push({ purpose, at: this.now, place: this.heard.length });
      journey.mails += 1;
      const properties = { sendId, template };
      this.happen({ type: EVENTS.mailAccepted, at: this.now, journeyId, properties }, journey);
      for (const { type, dueAt, properties: its } of behaviour.afterMail(this.actor, mail))
        this.at(dueAt, () =>
          this.happen({ type, at: dueAt, journeyId: type.startsWith('mail.') ? journeyId : null, properties: its }),
        );
    }
    return { effect: 'mail', status, reason: status };
  }

  /** Other journeys that stand at a mail which could go now. */
  private rivals(journey: Journey): readonly Rival[] {
    const rivals = this.journeys.flatMap((other): Rival[] => {
      const { place } = other.state;
      if (other === journey || other.isOver || !('stepId' in place)) return [];
      const step = other.definition.steps.find(({ id }) => id === place.stepId);
      const dueAt = place.type === 'waiting' ? place.until : other.turnedAt;
      if (step?.type !== 'mail' || dueAt === null || dueAt > this.now) return [];
      const { sequence, purpose } = other.definition;
      return [{ purpose: step.purpose ?? purpose, priority: priorityOf(step, other.definition), dueAt, sequence }];
    });
    return rivals.toSorted((a, b) => b.priority - a.priority);
  }

  /** Looked up in the whole log, each time. */
  private engagement(): Engagement {
    const { sunset } = this.plain.rules.gate;
    if (!sunset) return NO_ENGAGEMENT;
    const signs = this.heard.filter(({ type }) => sunset.signs.includes(type)).map(({ place }) => place);
    const last = Math.max(-1, ...signs);
    const unheard = this.accepted.filter(({ place }) => place > last);
    const counted = unheard.filter(({ purpose }) => sunset.purposes.includes(purpose));
    const calls = unheard.filter(({ purpose }) => purpose === sunset.lastCall);
    return { mails: counted.length, since: counted[0]?.at ?? null, lastCallAt: calls.at(-1)?.at ?? null };
  }

  private offer(journey: Journey, stepId: string, handoffId: string): undefined {
    const { definition, id: journeyId } = journey;
    const { behaviour, rules } = this.plain;
    const step = definition.steps.find(({ id }) => id === stepId);
    if (step?.type !== 'handoff') throw new Error(`${stepId} is no handoff`);
    const team = step.team ?? chooseTeam(rules.routing, this.facts(), this.now).team;
    const [offeredAt, dueAt] = [this.now, this.now + step.sla];
    const open = { isOpen: true };
    this.happen({ type: EVENTS.handoffOffered, at: this.now, journeyId, properties: { handoffId, team } });
    const occurrence = this.visit(journey, stepId);
    const { email, locale } = this.contact;
    const { sequence } = definition;
    const events = behaviour.afterOffer(this.actor, {
      email,
      locale,
      sequence,
      stepId,
      occurrence,
      handoffId,
      offeredAt,
      dueAt,
    });
    const close = (status: HandoffStatus, action?: Answer) => {
      if (!open.isOpen) return;
      open.isOpen = false;
      this.moveLead(status, journey);
      const properties = { handoffId, action: action ?? '', reason: '' };
      if (action) this.happen({ type: EVENTS.handoffAnswered, at: this.now, journeyId, properties });
      const { place } = journey.state;
      if (!journey.isOver && place.type === 'performing' && place.key === handoffId)
        this.take(journey, { effect: 'handoff', status, reason: status });
    };
    const answer = events.find(({ type }) => type === REP_ANSWERS);
    const action = answer?.properties.action as Answer;
    if (answer) this.at(answer.dueAt, () => close(statusOf(action), action));
    this.at(dueAt, () => undefined);
    this.at(dueAt + step.sla, () => close('expired'));
  }

  private moveLead(status: HandoffStatus, { isOver }: Journey): void {
    const next = STAGES[status];
    if (!next || FURTHER.includes(this.lead.stage)) return;
    const goesOn = status === 'recycled' && this.lead.stage !== 'recycled' && !isOver;
    this.lead = { ...this.lead, stage: goesOn ? 'nurturing' : next.stage };
  }
}
