import { DateTime } from 'luxon';
import type { FactEvent, Facts } from '../../src/domain/facts';
import type { Instant, Json } from '../../src/domain/ids';
import { advance } from '../../src/domain/journey/advance';
import { changedFacts } from '../../src/domain/journey/changed-facts';
import { factsOfJourney } from '../../src/domain/journey/facts-of-journey';
import type { Effect, EffectOutcome, HandoffStatus, Move } from '../../src/domain/journey/move';
import { initialState } from '../../src/domain/journey/state';
import type { Rules } from '../../src/domain/rules';
import type { Definition } from '../../src/domain/sequence/definition';
import type { Change } from '../../src/domain/steps/handler';
import { templateOf } from '../../src/domain/steps/mail';
import { aLeadAt, CONTACT_ID, HOUR, JOURNEY_ID, MONDAY, someFacts } from '../support/builders';

/** An event that comes from outside, at a time (ISO, or ms after the entry). */
export interface Happening {
  readonly at: string | number;
  readonly type: string;
  readonly properties?: FactEvent['properties'];
}

/** What happens around a journey, told in advance. */
export interface Play {
  readonly definition: Definition;
  readonly rules: Pick<Rules, 'scoring' | 'calendars'>;
  /** When it is entered. Default: Monday 5 January 2026, nine o'clock in São Paulo. */
  readonly startsAt?: Instant;
  /** The event that enters it. */
  readonly entry?: Pick<Happening, 'type' | 'properties'>;
  readonly facts?: Partial<Facts>;
  readonly events?: readonly Happening[];
  /** Answers to handoffs, tasks, webhooks and joins, in turn; each after some time (ms, default an hour). */
  readonly answers?: readonly Answer[];
}

export type Answer =
  | { readonly handoff: HandoffStatus; readonly after?: number }
  | { readonly webhook: { readonly [attribute: string]: Json } | 'failed'; readonly after?: number }
  | { readonly task: string; readonly after?: number }
  | { readonly join: string; readonly after?: number };

const MOST_TURNS = 200;
const CHOICES = ['branch', 'wait', 'goal', 'exit', 'experiment', 'handoff', 'task', 'webhook', 'join'];

/**
 * Walks a journey by `advance` alone, and tells it in lines: by the contact's clock, each choice, change and mail, and the end. Of
 * one turn the choices stand first, then the changes.
 */
export function play(script: Play): readonly string[] {
  const stage = new Stage(script);
  const { definition, rules } = script;
  let state = initialState(stage.lastSeq, script.entry ? stage.lastSeq : undefined);
  let outcome: EffectOutcome | undefined;
  const enteredAt = stage.now;
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const facts = factsOfJourney(stage.facts(), { state, enteredAt });
    const journey = { id: JOURNEY_ID, contactId: CONTACT_ID };
    const advanced = advance({ definition, journey, state, facts, rules, now: stage.now, outcome, turn });
    state = advanced.state;
    for (const { kind, outcome: what, stepId } of advanced.decisions)
      if (CHOICES.includes(kind) && what !== 'waits') stage.tell(`${stepId ?? kind}: ${what}`);
    for (const change of advanced.changes) stage.change(change);
    if (advanced.ended) return stage.told(`ends: ${advanced.ended.outcome}`);
    outcome = stage.perform(advanced.move);
  }
  throw new Error(`does not end within ${MOST_TURNS} turns:\n${stage.told('').join('\n')}`);
}

class Stage {
  now: Instant;
  private readonly log: FactEvent[] = [];
  private readonly lines: string[] = [];
  private current: Facts;
  private coming: { at: Instant; type: string; properties: FactEvent['properties']; journeyId: string | null }[];
  private readonly answers: Answer[];
  private under: { readonly until: Instant; readonly outcome: EffectOutcome } | undefined;

  constructor(private readonly script: Play) {
    this.now = script.startsAt ?? MONDAY;
    this.current = someFacts([], {
      lead: script.definition.audience === 'lead' ? aLeadAt('nurturing') : null,
      ...script.facts,
    });
    this.answers = [...(script.answers ?? [])];
    this.coming = (script.events ?? []).map(({ at, type, properties = {} }) => {
      return { at: typeof at === 'string' ? Date.parse(at) : this.now + at, type, properties, journeyId: null };
    });
    if (script.entry) this.record({ properties: {}, ...script.entry, at: this.now, journeyId: null });
  }

  get lastSeq(): number {
    return this.log.length;
  }

  facts(): Facts {
    return { ...this.current, events: [...this.log], lastSeq: this.lastSeq };
  }

  tell(what: string): void {
    const clock = DateTime.fromMillis(this.now, { zone: this.current.contact.timeZone });
    this.lines.push(`${clock.toFormat('ccc d LLL HH:mm')}  ${what}`);
  }

  told(what: string): readonly string[] {
    this.tell(what);
    return this.lines;
  }

  change(change: Change): void {
    this.current = changedFacts(this.facts(), change, { scoring: this.script.rules.scoring, now: this.now });
    this.tell(wordsOf(change));
    if (change.type === 'task') this.answer('task', 'task.closed', { taskId: change.task.key });
    if (change.type === 'join' && change.isAwaited) this.answer('join', 'journey.ended', { joinId: change.key });
  }

  /** Does what the journey asks for; what came of an effect, nothing while it is under way. */
  perform(move: Move): EffectOutcome | undefined {
    if (move.type === 'await') this.pass(move.until ?? Number.POSITIVE_INFINITY);
    if (move.type !== 'perform') return undefined;
    this.under ??= this.begin(move.stepId, move.effect);
    if (this.pass(this.under.until) === 'woken') return undefined;
    const { outcome } = this.under;
    this.under = undefined;
    return outcome;
  }

  private begin(stepId: string, effect: Effect): { readonly until: Instant; readonly outcome: EffectOutcome } {
    const reason = 'as the test says';
    if (effect.type === 'mail') {
      const step = this.script.definition.steps.find(({ id }) => id === stepId);
      if (step?.type !== 'mail') throw new Error(`${stepId} is no mail`);
      this.tell(`mail ${stepId}: ${templateOf(step, effect.variant)}`);
      return { until: this.now, outcome: { effect: 'mail', status: 'accepted', reason } };
    }
    const answer = this.answers.shift();
    const until = this.now + (answer?.after ?? HOUR);
    this.tell(`${effect.type} ${stepId}`);
    if (answer && 'handoff' in answer) {
      this.record({ type: 'handoff.offered', at: this.now, properties: {}, journeyId: JOURNEY_ID });
      return { until, outcome: { effect: 'handoff', status: answer.handoff, reason } };
    }
    if (!answer || !('webhook' in answer)) throw new Error(`no answer for ${stepId}`);
    const { webhook } = answer;
    if (webhook === 'failed') return { until, outcome: { effect: 'webhook', status: 'failed', reason } };
    return { until, outcome: { effect: 'webhook', status: 'delivered', set: webhook, reason } };
  }

  /** A person or another journey answers by an event. */
  private answer(kind: 'task' | 'join', type: string, properties: FactEvent['properties']): void {
    const answer = this.answers[0];
    const outcome = answer && Object.entries(answer).find(([key]) => key === kind)?.[1];
    if (!answer || typeof outcome !== 'string') return;
    this.answers.shift();
    const at = this.now + (answer.after ?? HOUR);
    this.coming.push({ at, type, properties: { ...properties, outcome }, journeyId: JOURNEY_ID });
  }

  /** To the next event by `until`, which wakes the journey; else to `until`. */
  private pass(until: Instant): 'woken' | 'over' {
    const [next] = this.coming.toSorted((a, b) => a.at - b.at);
    if (next && next.at <= until) {
      this.coming = this.coming.filter((event) => event !== next);
      this.now = Math.max(this.now, next.at);
      this.record(next);
      return 'woken';
    }
    if (!Number.isFinite(until)) throw new Error(`waits for ever:\n${this.lines.join('\n')}`);
    this.now = Math.max(this.now, until);
    return 'over';
  }

  private record(event: Omit<FactEvent, 'seq'>): void {
    this.log.push({ ...event, seq: this.log.length + 1 });
  }
}

function wordsOf(change: Change): string {
  switch (change.type) {
    case 'attributes':
      return `sets ${Object.entries(change.set)
        .map(([name, value]) => `${name} = ${String(value)}`)
        .join(', ')}`;
    case 'tags':
      return [...change.add.map((tag) => `tag ${tag}`), ...change.remove.map((tag) => `no tag ${tag}`)].join(', ');
    case 'stage':
      return `stage ${change.stage}`;
    case 'score':
      return `score ${change.points}: ${change.reason}`;
    case 'task':
      return `${change.task.kind}: ${change.task.title}`;
    case 'join':
      return `enters ${change.sequence}`;
    default:
      throw new TypeError(`unknown change ${JSON.stringify(change satisfies never)}`);
  }
}
