import type { Facts } from '../domain/facts';
import { type GateFacts, gate, type Verdict } from '../domain/gate/gate';
import { hindranceOf } from '../domain/journey/hindrance';
import type { MailOutcome, Turn } from '../domain/journey/move';
import { attemptOf, type FinalReply } from '../domain/send/delivery';
import { refusalOf } from '../domain/send/refusal';
import { LOST, settlementOf } from '../domain/send/settle';
import { messageIdOf } from '../mail/message';
import type { Tx } from '../store/db';
import { recordDecisions } from '../store/decisions';
import { readGated } from '../store/gate-facts';
import { lockJourney, type OpenJourney } from '../store/journeys';
import { mayTrackOpens } from '../store/open-tracking';
import { type Claim, claimSend, settleHeard, settleUntried } from '../store/send-ledger';
import { type MailOfStep, mailOfStep, planSend, type SendRow } from '../store/sends';
import { factsFor, takeTurn } from '../store/turn';
import { accountKept, accountOfSend, type Waiting, type WayOut } from './account-of-send';
import { journeyLetter } from './journey-letter';
import { letterHash } from './letter-hash';
import { leaseMsOf, type MailDeps } from './mail-deps';
import { copyDecisions, decisionOn, saidOf } from './send-decisions';
import { outcomeOf, tell } from './settle-send';
import { takeWay, waitFor } from './take-way';
import { type Fill, templateOfSend } from './template-of-send';
import type { Letter } from './try-send';
import type { MailActivities } from './types';

export type SendRequest = Parameters<MailActivities['sendMail']>[0];

/** A send that is ours for as long as its lease is renewed. */
export interface HeldSend {
  readonly claim: Claim;
  readonly letter: Letter;
  readonly journey: OpenJourney;
  readonly mail: MailOfStep;
  readonly way: WayOut;
  /** Tries before this one. */
  readonly attempts: number;
  /** Why it may go. */
  readonly reason: string;
}

export type Begun =
  | { readonly type: 'turn'; readonly turn: Turn }
  /** Another worker has it, for so long unless it gives a sign of life. */
  | { readonly type: 'busy'; readonly leftMs: number }
  | { readonly type: 'held'; readonly held: HeldSend };

/**
 * Under the contact's lock: finds out how the send stands, asks the goal, the exits and the gate, writes the letter and claims the
 * send; or settles it at once, with the journey's next turn. Throws VIV_JOURNEY_UNKNOWN, VIV_TURN_STALE.
 */
export async function beginSend(tx: Tx, deps: MailDeps, request: SendRequest, waitedMs = 0): Promise<Begun> {
  const { journeyId, turn, now, stepId } = request;
  const journey = await lockJourney(tx, journeyId);
  if (journey.turn !== turn) return { type: 'turn', turn: await takeTurn(tx, deps.turn, { journeyId, turn, now }) };
  const { place } = journey.last.state;
  const mail = mailOfStep(journey.definition, stepId, place.type === 'performing' ? place.variant : undefined);
  const { send, gateFacts } = await plannedSend(tx, deps, { journey, request, mail });
  const stored = storedOutcome(send);
  if (stored) return answered(tx, deps, request, stored);
  if (send.leaseLeftMs > 0) return { type: 'busy', leftMs: send.leaseLeftMs };
  const facts = await factsFor(tx, deps.turn, { journey, now });
  return open(tx, deps, { request, journey, mail, send, gateFacts, facts, waitedMs });
}

interface Planned {
  readonly request: SendRequest;
  readonly journey: OpenJourney;
  readonly mail: MailOfStep;
}

interface Opening extends Planned {
  readonly send: SendRow;
  readonly gateFacts: GateFacts;
  readonly facts: Facts;
  /** How long this attempt has looked at the send (ms, real time). */
  readonly waitedMs: number;
}

/** The turn that asks for a mail plans its send; one that was decided before sends were planned finds none. */
async function plannedSend(tx: Tx, deps: MailDeps, { journey, request, mail }: Planned) {
  const { key: sendId, now, stepId } = request;
  const { contactId } = journey;
  const { purpose, priority } = mail;
  const question = { sendId, contactId, purpose, priority, now, rules: deps.turn.rules.gate };
  const gated = await readGated(tx, question);
  if (gated.send) return { send: gated.send, gateFacts: gated.facts };
  await planSend(tx, {
    journey,
    move: { type: 'perform', stepId, effect: { type: 'mail', key: sendId, variant: mail.variant } },
    now,
  });
  const { send, facts: gateFacts } = await readGated(tx, question);
  if (!send) throw new TypeError('a send that was just planned is there');
  return { send, gateFacts };
}

function storedOutcome({ status, reason }: SendRow): MailOutcome | undefined {
  switch (status) {
    case 'accepted':
    case 'rejected':
    case 'unknown':
    case 'skipped':
      return { effect: 'mail', status, reason };
    default:
      return undefined;
  }
}

async function answered(tx: Tx, deps: MailDeps, request: SendRequest, outcome: MailOutcome): Promise<Begun> {
  const { journeyId, turn, now } = request;
  return { type: 'turn', turn: await takeTurn(tx, deps.turn, { journeyId, turn, now, outcome }) };
}

async function open(tx: Tx, deps: MailDeps, opening: Opening): Promise<Begun> {
  const { send, mail, request, facts } = opening;
  if (send.status === 'dispatching' && send.heard) return heard(tx, deps, opening, send.heard);
  const lost = send.status === 'dispatching' ? settlementOf(LOST, { ...mail, ...send, now: request.now }) : undefined;
  if (lost?.status === 'unknown') return settled(tx, deps, opening, { effect: 'mail', ...lost });
  const verdict = verdictOn(deps, opening);
  const refused = verdict.type === 'send' ? undefined : refusalOf(verdict);
  const doubt = lost?.reason ?? (send.mayHaveArrived ? send.reason : undefined);
  if (refused) return settled(tx, deps, opening, inDoubt(refused, doubt));
  const { email } = facts.contact;
  const isInDoubt = doubt !== undefined;
  const way = await accountOfSend(tx, deps, { ...mail, ...request, sendId: send.id, email, row: send, isInDoubt });
  if (way.type === 'wait') return waiting(tx, deps, opening, way);
  const use = { template: mail.template, versionId: send.templateVersionId, now: request.now };
  const template = await templateOfSend(tx, deps, use);
  const isTracked = await isOpenTracked(tx, deps, opening);
  const letter = written(deps, { ...opening, isTracked }, { way, fill: template.fill });
  if ('status' in letter) return settled(tx, deps, opening, inDoubt(letter, doubt));
  const { versionId } = template;
  const again = doubt === undefined ? undefined : { doubt, isLost: lost !== undefined };
  return claimed(tx, deps, { ...opening, way, letter, versionId, reason: verdict.reason, again });
}

/** A try that was broken off may have arrived: whatever forbids another one, the send is no longer just "not sent". */
function inDoubt(outcome: MailOutcome, doubt: string | undefined): MailOutcome {
  if (doubt === undefined || outcome.status === 'deferred') return outcome;
  return { effect: 'mail', status: 'unknown', reason: `${doubt}; it is not sent again: ${outcome.reason}` };
}

const HEARD = 'it was allowed to go; the worker that sent it was gone before it could tell';

/** The worker is gone, and has left what the server said: there is no doubt. */
async function heard(tx: Tx, deps: MailDeps, opening: Opening, reply: FinalReply): Promise<Begun> {
  const { send, mail, request, journey } = opening;
  const { attempts } = send;
  const settlement = settlementOf(reply, { purpose: mail.purpose, attempts, now: request.now });
  const { status, reason } = settlement;
  const attempt = attemptOf(reply, { bodyLeft: true });
  if (!(await settleHeard(tx, send, { status, reason, attempt, at: request.now }))) return ANOTHER_WAS_FASTER;
  await tell(tx, deps, { request, journey, mail, account: send.account, reason: HEARD }, settlement);
  return answered(tx, deps, request, outcomeOf(settlement));
}

function verdictOn(deps: MailDeps, { journey, facts, gateFacts, request: { now } }: Opening): Verdict {
  const { definition, id: journeyId, last } = journey;
  const { seen } = last.state;
  return hindranceOf(definition, { journeyId, facts, now, seen }) ?? gate(deps.turn.rules.gate, gateFacts, now);
}

/** Costs no statement where the rules do not want to know. */
async function isOpenTracked(tx: Tx, { turn }: MailDeps, { journey }: Opening): Promise<boolean> {
  return turn.rules.engagement?.opens.track === true && mayTrackOpens(tx, journey.contactId);
}

/** A letter that cannot be written now cannot be written later: no retry, but a mail that is not sent, with its reason. */
function written(
  deps: MailDeps,
  { request, mail, journey, facts, isTracked }: Opening & { readonly isTracked: boolean },
  by: { readonly way: WayOut; readonly fill: Fill },
): Letter | MailOutcome {
  const { key: sendId, now } = request;
  const { definition: sequence } = journey;
  try {
    return journeyLetter(deps, { sendId, mail, ...by, sequence, facts, isOpenTracked: isTracked, now });
  } catch (error) {
    return { effect: 'mail', status: 'skipped', reason: error instanceof Error ? error.message : String(error) };
  }
}

const ANOTHER_WAS_FASTER: Begun = { type: 'busy', leftMs: 0 };

/** Settles without a try, and goes on. */
async function settled(tx: Tx, deps: MailDeps, opening: Opening, outcome: MailOutcome): Promise<Begun> {
  const { send, request, journey } = opening;
  const status = outcome.status === 'exit' ? 'skipped' : outcome.status;
  const isOurs = await settleUntried(tx, send, { status, reason: outcome.reason, at: request.now });
  if (!isOurs) return ANOTHER_WAS_FASTER;
  await recordDecisions(tx, [decisionOn(journey, request, saidOf(outcome))]);
  return answered(tx, deps, request, outcome);
}

/** It has its place on the day, or its slot at the time, for which it waits: nobody who asks later is before it. */
async function waiting(tx: Tx, deps: MailDeps, opening: Opening, wait: Waiting): Promise<Begun> {
  const then = await waitFor(tx, deps, { wait, waitedMs: opening.waitedMs });
  if (then.type === 'busy') return then;
  const { until, reason } = then;
  return settled(tx, deps, opening, { effect: 'mail', status: 'deferred', until, reason });
}

interface Claiming extends Opening {
  readonly way: WayOut;
  readonly letter: Letter;
  /** Of the template. */
  readonly versionId: string | null;
  readonly reason: string;
  /** Why it goes out a second time, though the first may have arrived. */
  readonly again: { readonly doubt: string; readonly isLost: boolean } | undefined;
}

async function claimed(tx: Tx, deps: MailDeps, claiming: Claiming): Promise<Begun> {
  const { send, way, letter, versionId, journey, request, mail, reason, again } = claiming;
  if (!(await takeWay(tx, way))) return ANOTHER_WAS_FASTER;
  const claim = await claimSend(tx, {
    send,
    recipient: letter.to.address,
    messageId: messageIdOf(send.id, way.sender.from),
    templateVersionId: versionId,
    leaseMs: leaseMsOf(deps),
    by: accountKept(way),
  });
  if (!claim) return ANOTHER_WAS_FASTER;
  if (again) {
    const { doubt: reason, isLost } = again;
    const hash = letterHash(letter);
    const copy = { reason, isLost, isOther: send.bodyHash !== null && send.bodyHash !== hash, try: send.attempts + 1 };
    await recordDecisions(tx, copyDecisions(journey, request, copy));
  }
  const attempts = send.attempts + (again?.isLost ? 1 : 0);
  return { type: 'held', held: { claim, letter, journey, mail, way, attempts, reason } };
}
