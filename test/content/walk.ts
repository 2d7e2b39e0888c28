import type { IncomingEvent } from '../../src/domain/event';
import { EVENTS } from '../../src/domain/event';
import type { ContactFacts, FactEvent, Facts, LeadFacts } from '../../src/domain/facts';
import { gate } from '../../src/domain/gate/gate';
import type { Answer } from '../../src/domain/handoff/status';
import { type Instant, keyOf } from '../../src/domain/ids';
import { advance } from '../../src/domain/journey/advance';
import type { EffectOutcome, HandoffStatus, MailOutcome } from '../../src/domain/journey/move';
import { initialState } from '../../src/domain/journey/state';
import { type ReceivedMail, reactionsTo } from '../../src/domain/rehearsal/habits';
import { personaOf } from '../../src/domain/rehearsal/personas';
import { REP_ANSWERS, repAnswer } from '../../src/domain/rehearsal/rep-answer';
import type { Script } from '../../src/domain/rehearsal/script';
import type { ScriptedEvent } from '../../src/domain/rehearsal/scripted-event';
import type { Rules } from '../../src/domain/rules';
import { earnedBy, rulesFor } from '../../src/domain/scoring/earned';
import { fitOf } from '../../src/domain/scoring/fit';
import { addInterest, scoreAt } from '../../src/domain/scoring/interest';
import { judge } from '../../src/domain/scoring/standing';
import type { Definition } from '../../src/domain/sequence/definition';
import { templateOf } from '../../src/domain/steps/mail';

export interface Walker {
  readonly definition: Definition;
  readonly rules: Rules;
  /** Null: nobody does a thing, neither the contact nor a rep. */
  readonly script: Script | null;
  readonly contact: ContactFacts;
  /** Null for a client. */
  readonly lead: LeadFacts | null;
  readonly hasConsent: boolean;
  readonly startsAt: Instant;
  /** What happens besides what persona and rep do. */
  readonly planned?: readonly ScriptedEvent[];
}

/** What came of one journey, walked in pure code: the real decisions, the real scores, the real gate, the real personas. */
export interface Walked {
  readonly outcome: string;
  readonly endedAt: Instant;
  readonly sent: readonly { readonly stepId: string; readonly template: string; readonly at: Instant }[];
  readonly events: readonly FactEvent[];
  readonly answers: readonly HandoffStatus[];
  readonly escalations: number;
  readonly lead: LeadFacts | null;
}

const MOST_TURNS = 500;
const ANSWERED = { accept: 'accepted', recycle: 'recycled', reject: 'rejected' } as const;
const STAGE = { accepted: 'sal', recycled: 'nurturing', rejected: 'lost' } as const;

export function walk(walker: Walker): Walked {
  const journey = { id: keyOf('walk', walker.contact.email), contactId: walker.contact.id };
  const world = new World(walker, journey.id);
  let state = initialState(world.lastSeq);
  let outcome: EffectOutcome | undefined;
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const facts = world.facts();
    const { definition, rules } = walker;
    const advanced = advance({ definition, journey, state, facts, rules, now: world.now, outcome, turn });
    state = advanced.state;
    world.apply(advanced.changes);
    if (advanced.ended) return world.walked(advanced.ended.outcome);
    outcome = world.move(advanced.move);
  }
  throw new Error(`${walker.definition.sequence} does not end within ${MOST_TURNS} turns`);
}

class World {
  now: Instant;
  private readonly events: FactEvent[] = [];
  private readonly sent: { stepId: string; template: string; at: Instant }[] = [];
  private readonly answers: HandoffStatus[] = [];
  private escalations = 0;
  private planned: ScriptedEvent[];
  private contact: ContactFacts;
  private lead: LeadFacts | null;
  private interest = { points: 0, at: 0 };
  private isUnsubscribed = false;

  constructor(
    private readonly walker: Walker,
    private readonly journeyId: string,
  ) {
    this.now = walker.startsAt;
    this.planned = [...(walker.planned ?? [])];
    this.contact = walker.contact;
    this.lead = walker.lead;
    this.refit();
    if (this.lead) this.ingest({ type: EVENTS.leadCreated, at: this.now, properties: {} });
  }

  get lastSeq(): number {
    return this.events.length;
  }

  facts(): Facts {
    const { halfLife } = this.walker.rules.scoring;
    const lead = this.lead && { ...this.lead, score: scoreAt(this.interest, this.now, halfLife) };
    const client = this.walker.lead
      ? null
      : { status: 'inactive' as const, firstPurchaseAt: 0, lastPurchaseAt: 0, purchases: 1, revenue: 10 };
    return { contact: this.contact, lead, client, organisation: null, events: this.events, lastSeq: this.lastSeq };
  }

  apply(changes: ReturnType<typeof advance>['changes']): void {
    for (const change of changes)
      if (change.type === 'attributes')
        this.contact = { ...this.contact, attributes: { ...this.contact.attributes, ...change.set } };
      else if (change.type === 'stage' && this.lead) this.lead = { ...this.lead, stage: change.stage };
  }

  /** Does what the journey asks for; answers what came of it. */
  move(move: ReturnType<typeof advance>['move']): EffectOutcome | undefined {
    switch (move.type) {
      case 'perform':
        return move.effect.type === 'mail' ? this.mail(move.stepId) : this.handOver(move.stepId, move.effect.key);
      case 'await':
        this.goOnTo(move.until ?? Number.POSITIVE_INFINITY);
        return undefined;
      case 'end':
        return undefined;
    }
  }

  walked(outcome: string): Walked {
    const { now: endedAt, sent, events, answers, escalations, lead } = this;
    return { outcome, endedAt, sent, events, answers, escalations, lead };
  }

  private mail(stepId: string): MailOutcome {
    const step = this.walker.definition.steps.find(({ id }) => id === stepId);
    if (step?.type !== 'mail') throw new Error(`${stepId} is no mail`);
    const purpose = step.purpose ?? this.walker.definition.purpose;
    const granted = { granted: !this.isUnsubscribed, source: 'walk', at: 0 };
    const verdict = gate(
      this.walker.rules.gate,
      {
        purpose,
        mailedAt: this.sent.map(({ at }) => at),
        consent: this.walker.hasConsent || this.isUnsubscribed ? granted : null,
        suppression: null,
        zone: this.contact.timeZone,
      },
      this.now,
    );
    const { reason } = verdict;
    if (verdict.type === 'defer') return { effect: 'mail', status: 'deferred', until: verdict.until, reason };
    if (verdict.type === 'exit') return { effect: 'mail', status: 'exit', reason };
    if (verdict.type === 'skip') return { effect: 'mail', status: 'skipped', reason };
    this.sent.push({ stepId, template: templateOf(step, undefined), at: this.now });
    this.react({ stepId, purpose });
    return { effect: 'mail', status: 'accepted', reason };
  }

  private react({ stepId, purpose }: Pick<ReceivedMail, 'stepId' | 'purpose'>): void {
    const { script, definition } = this.walker;
    const { email } = this.contact;
    if (!script) return;
    const persona = personaOf(script, { email, audience: definition.audience });
    const { sequence } = definition;
    const mail = { email, sequence, stepId, purpose, ordinal: this.sent.length, sendId: stepId, acceptedAt: this.now };
    this.planned.push(...reactionsTo(mail, { persona, seed: script.seed }));
  }

  /** The rep answers, or nobody does; a goal or exit ends the journey meanwhile. */
  private handOver(stepId: string, handoffId: string): EffectOutcome | undefined {
    const step = this.walker.definition.steps.find(({ id }) => id === stepId);
    if (step?.type !== 'handoff') throw new Error(`${stepId} is no handoff`);
    const [offeredAt, dueAt] = [this.now, this.now + step.sla];
    if (!this.planned.some(({ properties }) => properties.handoffId === handoffId))
      this.offer(stepId, handoffId, dueAt);
    const end = dueAt + step.sla;
    for (;;) {
      const event = this.goOnTo(end);
      if (event === undefined) return this.answered('expired', end - offeredAt > step.sla);
      if (event.type === REP_ANSWERS)
        return this.answered(ANSWERED[event.properties.action as Answer], this.now > dueAt);
      if (this.endsAt(event.type)) return undefined;
    }
  }

  private offer(stepId: string, handoffId: string, dueAt: Instant): void {
    this.ingest({ type: EVENTS.handoffOffered, at: this.now, properties: { handoffId } });
    const { script, definition } = this.walker;
    const { email, locale } = this.contact;
    const occurrence = this.answers.length + 1;
    const about = { email, locale, sequence: definition.sequence, stepId, occurrence, handoffId };
    if (script?.reps === 'answer')
      this.planned.push(...repAnswer({ ...about, offeredAt: this.now, dueAt }, script.seed));
  }

  private answered(status: HandoffStatus, isLate: boolean): EffectOutcome {
    this.answers.push(status);
    this.escalations += isLate ? 1 : 0;
    if (status !== 'expired' && this.lead) this.lead = { ...this.lead, stage: STAGE[status] };
    return { effect: 'handoff', status, reason: status };
  }

  private endsAt(type: string): boolean {
    const { goal, exits } = this.walker.definition;
    return goal?.on === type || exits.some(({ on }) => on === type);
  }

  /** To the next planned event by `until`, which happens; else to `until`. */
  private goOnTo(until: Instant): ScriptedEvent | undefined {
    const [next] = this.planned.toSorted((a, b) => a.dueAt - b.dueAt);
    if (next === undefined || next.dueAt > until) {
      if (!Number.isFinite(until)) throw new Error('waits for ever');
      this.now = until;
      return undefined;
    }
    this.planned = this.planned.filter((event) => event !== next);
    this.now = Math.max(this.now, next.dueAt);
    if (next.type !== REP_ANSWERS) this.ingest({ type: next.type, at: next.dueAt, properties: next.properties });
    return next;
  }

  private ingest({ type, at, properties }: Pick<IncomingEvent, 'type' | 'at'> & Pick<FactEvent, 'properties'>): void {
    this.events.push({ seq: this.events.length + 1, type, at, properties, journeyId: this.journeyId });
    if (type === EVENTS.mailUnsubscribed) this.isUnsubscribed = true;
    const { scoring } = this.walker.rules;
    if (!this.lead || ['won', 'lost'].includes(this.lead.stage)) return;
    const earned = earnedBy(rulesFor(scoring, type), { given: new Map() });
    const points = earned.reduce((sum, one) => sum + one.points, 0);
    this.interest = addInterest(this.interest, { points, at }, scoring.halfLife);
    const score = scoreAt(this.interest, this.interest.at, scoring.halfLife);
    this.lead = { ...this.lead, ...judge(scoring, this.lead, { score }).standing };
  }

  private refit(): void {
    if (!this.lead) return;
    const { scoring } = this.walker.rules;
    const fit = fitOf(scoring, this.facts(), this.now);
    this.lead = { ...this.lead, ...judge(scoring, this.lead, { score: 0, fit }).standing };
  }
}
