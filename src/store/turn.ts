import { mostOf } from '../domain/conditions';
import { routed } from '../domain/delivery/route';
import { failure } from '../domain/errors';
import type { Facts } from '../domain/facts';
import { outcomeOf } from '../domain/handoff/outcome';
import { isOpen } from '../domain/handoff/status';
import type { Instant, Json } from '../domain/ids';
import { type Advanced, advance } from '../domain/journey/advance';
import { factsOfJourney } from '../domain/journey/facts-of-journey';
import type { EffectOutcome, Turn } from '../domain/journey/move';
import { needsOf } from '../domain/journey/needs';
import { type Place, rememberedSeqs } from '../domain/journey/state';
import { statusOf } from '../domain/journey/status';
import type { Rules } from '../domain/rules';
import { fitNeeds } from '../domain/scoring/fit';
import type { Definition } from '../domain/sequence/definition';
import { afterEnd } from './after-end';
import { applyChanges } from './changes';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import { winnersFor } from './experiments';
import { readFacts } from './facts';
import { findHandoff } from './handoff-rows';
import { holderOf, lockJourney, type OpenJourney, writeInterests, writeTurn } from './journeys';
import { confirmHold } from './pauses';
import { moveWithoutTimer, reachedBy } from './rehearsed-join';
import { skipDeferred } from './send-ledger';
import { planSend } from './sends';
import { markOverdue } from './tasks';

/** What a rehearsal adds: how scripted recipients react. Absent in live running. */
export interface Reactions {
  /** Called in the transaction that accepts a mail: plans what its recipient will do. */
  afterMail(
    tx: Tx,
    mail: { readonly sendId: string; readonly contactId: string; readonly journeyId: string; readonly now: Instant },
  ): Promise<void>;
  /** Called in the transaction that offers a handoff: plans how the rep will answer. */
  afterOffer(
    tx: Tx,
    offer: { readonly handoffId: string; readonly contactId: string; readonly now: Instant; readonly dueAt: Instant },
  ): Promise<void>;
  /** Called in the transaction that gives a task: plans how the rep will close it. */
  afterTask(
    tx: Tx,
    task: { readonly taskId: string; readonly contactId: string; readonly now: Instant; readonly dueAt: Instant },
  ): Promise<void>;
  /** What another system answers to a webhook: in a rehearsal none is told. */
  answerOf(endpoint: string): { readonly status: number; readonly body: Json };
  /** When the contact's next scripted event is due; null with none. */
  nextAt(tx: Tx, contactId: string): Promise<Instant | null>;
}

export interface TurnDeps {
  readonly rules: Rules;
  readonly reactions?: Reactions;
}

export interface TurnRequest {
  readonly journeyId: string;
  /** The turn that is being answered: the one the workflow holds. */
  readonly turn: number;
  readonly now: Instant;
  /** What came of the effect that the turn asked for. */
  readonly outcome?: EffectOutcome;
  /** A handoff whose answer the workflow cannot hear: where it has ended, that is the outcome. */
  readonly handoffId?: string;
  /** Whose journey it is, from whoever knows: saves a statement where the lock is held. */
  readonly contactId?: string;
}

/**
 * Decides what a journey does next, and records it, inside the caller's transaction (which this makes hold the contact's lock):
 * the journey's row, its interests, its decisions and its changes stand or fall together with the facts they rest on.
 * Answering the same turn again gives the stored answer. Throws VIV_JOURNEY_UNKNOWN, VIV_TURN_STALE.
 */
export async function takeTurn(tx: Tx, deps: TurnDeps, asked: TurnRequest): Promise<Turn> {
  const journey = await lockJourney(tx, asked.journeyId, asked.contactId);
  const turn = asked.turn + 1;
  if (journey.turn === turn || hasEnded(journey, asked))
    return reply(tx, deps, { journey, turn: journey.turn, last: journey.last });
  if (journey.turn !== asked.turn)
    throw failure('VIV_TURN_STALE', { journey: journey.id, turn: asked.turn, current: journey.turn });
  const now = deps.reactions ? await reachedBy(tx, journey, asked.now) : asked.now;
  const last = await decide(tx, deps, { journey, request: { ...asked, now } });
  const answer = await reply(tx, deps, { journey, turn, last });
  return now > asked.now ? { ...answer, reachedAt: now } : answer;
}

/** The end answers every turn up to it: what ended the journey from outside may have overtaken its workflow's last question. */
const hasEnded = ({ last, turn }: OpenJourney, request: TurnRequest): boolean =>
  last.move.type === 'end' && request.turn <= turn;

interface Case {
  readonly journey: OpenJourney;
  readonly request: TurnRequest;
}

async function decide(tx: Tx, deps: TurnDeps, { journey, request }: Case): Promise<Advanced> {
  const { definition, last } = journey;
  const facts = await factsFor(tx, deps, { journey, now: request.now });
  const { now, turn } = request;
  const { rules } = deps;
  const outcome = request.outcome ?? (await answerOf(tx, { journey, request }));
  const advanced = advance({ definition, journey, state: last.state, facts, rules, now, outcome, turn });
  return recordTurn(tx, deps, { journey, request, facts, advanced });
}

/** How the handoff that is under way has ended, if it has. */
async function answerOf(tx: Tx, { journey, request: { handoffId } }: Case): Promise<EffectOutcome | undefined> {
  const { place } = journey.last.state;
  if (handoffId === undefined || place.type !== 'performing' || place.key !== handoffId) return undefined;
  const handoff = await findHandoff(tx, handoffId);
  return handoff && !isOpen(handoff.status) ? outcomeOf(handoff.status) : undefined;
}

interface FactsFor {
  readonly journey: OpenJourney;
  readonly now: Instant;
  /** Pauses that are over are wanted since then. Default: since the wait began in which the journey stands. */
  readonly pausesSince?: Instant;
}

/** The facts that a journey's definition asks for, and fit rules: a step that changes the contact has them judged. As of `now`. */
export async function factsFor(tx: Tx, { rules }: TurnDeps, { journey, now, pausesSince }: FactsFor): Promise<Facts> {
  const { newest: ofSteps, sinceHorizon } = needsOf(journey.definition);
  const newest = mostOf([ofSteps, fitNeeds(rules.scoring)]);
  const { contactId, leadId, enteredAt, sequence } = journey;
  const { state } = journey.last;
  const after = { types: sinceHorizon, seq: state.seen.horizon };
  const { halfLife } = rules.scoring;
  const seqs = rememberedSeqs(state);
  const pauses = { sequence, since: pausesSince ?? clockSince(state.place, now) };
  const facts = await readFacts(tx, { contactId, leadId, now, halfLife, newest, after, seqs, pauses });
  const winners = await winnersFor(tx, journey.definition);
  return factsOfJourney(winners ? { ...facts, winners } : facts, { state, enteredAt });
}

/** Since when a pause that is over may matter: since the wait began whose clock it may have stopped. */
function clockSince(place: Place, now: Instant): Instant {
  return place.type === 'waiting' ? Math.min(place.since ?? now, now) : now;
}

type Rested = Pick<Advanced, 'state' | 'move'>;

/**
 * Writes what a turn decided, in the caller's transaction: row, decisions, changes, interests and planned send. Answers it with the
 * limit under which its mail goes out. Throws VIV_TURN_STALE.
 */
export async function recordTurn(
  tx: Tx,
  deps: TurnDeps,
  { journey, request, facts, advanced }: Case & { readonly facts: Facts; readonly advanced: Advanced },
): Promise<Advanced> {
  const { rules, reactions } = deps;
  const { definition } = journey;
  const { state, waitsFor, ended } = advanced;
  // a rehearsal mails to the inbox, which has no limits
  const move = reactions ? advanced.move : routed(advanced.move, { definition, rules, facts });
  const wrote = await writeTurn(tx, {
    journeyId: journey.id,
    turn: request.turn,
    last: { state, move, waitsFor },
    ended: ended && { ...ended, at: request.now },
  });
  if (!wrote) throw failure('VIV_TURN_STALE', { journey: journey.id, turn: request.turn, current: journey.turn });
  await recordDecisions(tx, advanced.decisions);
  await updateInterests(tx, { journey, request, advanced });
  await settlePauses(tx, { journey, request, advanced });
  const { now } = request;
  await markOverdue(tx, journey.id, advanced.decisions);
  // behind the interests: what a change sets going may end at once, and must find that it is waited for
  await applyChanges(tx, deps, { journey, changes: advanced.changes, now });
  await planSend(tx, { journey, move, now });
  if (ended) await afterEnd(tx, deps, { journey, outcome: ended.outcome, now });
  return { ...advanced, move };
}

/** What only turns that meet a pause must do: nobody else sends a statement for it. */
async function settlePauses(
  tx: Tx,
  { journey, request, advanced }: Case & { readonly advanced: Advanced },
): Promise<void> {
  const holder = holderOf(advanced.state.place);
  if (holder !== null && holder !== holderOf(journey.last.state.place))
    await confirmHold(tx, { pauseId: holder, journeyId: journey.id });
  for (const { data, reason } of advanced.decisions.filter(({ kind }) => kind === 'skip'))
    if (typeof data?.sendId === 'string') await skipDeferred(tx, { sendId: data.sendId, reason, at: request.now });
}

/** What the goal and the exits of a definition want to be woken for, wherever the journey stands. */
export function ruleInterests(
  definition: Definition,
): readonly { readonly eventType: string; readonly kind: string }[] {
  const { ruleEvents, ruleConditions } = needsOf(definition);
  const any = ruleConditions ? [{ eventType: '*', kind: 'condition' }] : [];
  return [...ruleEvents.map(({ type, kind }) => ({ eventType: type, kind })), ...any];
}

/** Rows change only when the wants change: most turns cost no statement here. */
async function updateInterests(tx: Tx, { journey, advanced }: Case & { readonly advanced: Advanced }): Promise<void> {
  const { id: journeyId, contactId } = journey;
  const { ended, waitsFor } = advanced;
  if (ended)
    return writeInterests(tx, { journeyId, contactId, kinds: ['wait', 'goal', 'exit', 'condition'], interests: [] });
  const waits = waitsFor.map((eventType) => ({ eventType, kind: 'wait' }));
  const { place } = journey.last.state;
  if (place.type === 'start') {
    const interests = [...waits, ...ruleInterests(journey.definition)];
    return writeInterests(tx, { journeyId, contactId, kinds: [], interests });
  }
  if (waits.length > 0 || journey.last.waitsFor.length > 0)
    await writeInterests(tx, { journeyId, contactId, kinds: ['wait'], interests: waits });
}

interface Taken {
  readonly journey: OpenJourney;
  readonly turn: number;
  readonly last: Rested;
}

/** A turn as its workflow is told of it. */
export function turnOf(
  definition: Definition,
  { turn, last: { state, move } }: { readonly turn: number; readonly last: Rested },
): Turn {
  const status = statusOf(definition, state, move);
  return status === undefined ? { turn, move } : { turn, move, status };
}

async function reply(tx: Tx, { reactions }: TurnDeps, { journey, turn, last }: Taken): Promise<Turn> {
  const answer = turnOf(journey.definition, { turn, last });
  if (!reactions) return answer;
  const move = await moveWithoutTimer(tx, journey, last);
  // whoever waits for another journey leaves the script to that one
  const isLeft = move !== last.move;
  return { ...answer, move, nextScriptedAt: isLeft ? null : await reactions.nextAt(tx, journey.contactId) };
}
