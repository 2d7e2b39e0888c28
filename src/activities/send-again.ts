import type { Facts } from '../domain/facts';
import { type GateFacts, gate } from '../domain/gate/gate';
import { type Instant, keyOf } from '../domain/ids';
import type { MailOutcome } from '../domain/journey/move';
import { settlementOf } from '../domain/send/settle';
import { messageIdOf } from '../mail/message';
import { type Tx, transaction } from '../store/db';
import { recordDecisions } from '../store/decisions';
import { readGated } from '../store/gate-facts';
import { lockJourney, type OpenJourney } from '../store/journeys';
import { type Claim, claimSend, settleClaim, settleUntried } from '../store/send-ledger';
import { type AskedAgain, hadItsTry, mailOfSend } from '../store/send-record';
import { type MailOfStep, readSend, type SendRow } from '../store/sends';
import { factsFor } from '../store/turn';
import { accountKept, accountOfSend, type WayOut } from './account-of-send';
import type { SendRequest } from './begin-send';
import { journeyLetter } from './journey-letter';
import { leaseMsOf, type MailDeps } from './mail-deps';
import { noteOutcome } from './note-outcome';
import { decisionOn, saidOf } from './send-decisions';
import { tell } from './settle-send';
import { takeWay } from './take-way';
import { templateOfSend } from './template-of-send';
import { type Letter, settled, type Trial, trySend } from './try-send';

interface HeldAgain {
  readonly askId: string;
  readonly claim: Claim;
  readonly letter: Letter;
  readonly way: WayOut;
  readonly journey: OpenJourney;
  readonly mail: MailOfStep;
  readonly request: SendRequest;
}

/**
 * Sends a mail in doubt once more because a person has asked for it: past the gate, through the ledger, under its Message-ID. Each
 * asking leads to one try at most, however often its job runs; whatever comes of it but "accepted" leaves the send in doubt.
 */
export function createSendAgain(deps: MailDeps, clock: () => Instant): (asked: AskedAgain) => Promise<void> {
  return async (asked) => {
    const held = await transaction(deps.db, (tx) => beginAgain(tx, deps, { ...asked, now: clock() }));
    if (!held) return;
    const trial = await trySend(deps, held.claim, held.letter);
    if (trial.type === 'withheld') return transaction(deps.db, (tx) => backInDoubt(tx, held));
    await settled(deps, held.claim, trial, (tx) => settleAgain(tx, deps, { held, trial }));
  };
}

/** Undefined: it is in doubt no more, this asking has had its try, or the gate says no. */
async function beginAgain(
  tx: Tx,
  deps: MailDeps,
  { sendId, askId, journeyId, now }: AskedAgain & { readonly now: Instant },
): Promise<HeldAgain | undefined> {
  const journey = await lockJourney(tx, journeyId);
  const { contactId } = journey;
  const mail = await mailOfSend(tx, sendId);
  const { rules } = deps.turn;
  const { send, facts: gateFacts } = await readGated(tx, { sendId, contactId, ...mail, now, rules: rules.gate });
  if (send?.status !== 'unknown' || (await hadItsTry(tx, askId))) return undefined;
  const request = { journeyId, turn: journey.turn, stepId: mail.stepId, key: sendId, now };
  const facts = await factsFor(tx, deps.turn, { journey, now });
  const way = await wayOut(tx, deps, { send, mail, gateFacts, facts, now });
  const isNot = way.type === 'no';
  const said = { kind: 'unknown', outcome: isNot ? 'not sent again' : 'sent again' } as const;
  const reason = isNot ? way.reason : 'a person has asked for it';
  await recordDecisions(tx, [{ ...decisionOn(journey, request, { ...said, reason }), key: keyOf('again', askId) }]);
  if (isNot) return undefined;
  const { template } = mail;
  const { fill, versionId } = await templateOfSend(tx, deps, { template, versionId: send.templateVersionId, now });
  const letter = journeyLetter(deps, { sendId, mail, way, fill, sequence: journey.definition, facts, now });
  const claim = await claimSend(tx, {
    send,
    recipient: letter.to.address,
    messageId: messageIdOf(sendId, way.sender.from),
    templateVersionId: versionId,
    leaseMs: leaseMsOf(deps),
    by: accountKept(way),
  });
  return claim ? { askId, claim, letter, way, journey, mail, request } : undefined;
}

interface Asked {
  readonly send: SendRow;
  readonly mail: MailOfStep;
  readonly gateFacts: GateFacts;
  readonly facts: Facts;
  readonly now: Instant;
}

/** By which account it goes, with its place there; or why it may not go now. */
async function wayOut(
  tx: Tx,
  deps: MailDeps,
  { send, mail, gateFacts, facts, now }: Asked,
): Promise<WayOut | { readonly type: 'no'; readonly reason: string }> {
  const verdict = gate(deps.turn.rules.gate, gateFacts, now);
  if (verdict.type !== 'send') return { type: 'no', reason: verdict.reason };
  const { email } = facts.contact;
  const way = await accountOfSend(tx, deps, { ...mail, sendId: send.id, email, row: send, isInDoubt: true, now });
  if (way.type === 'wait') return { type: 'no', reason: way.reason };
  if (await takeWay(tx, way)) return way;
  return { type: 'no', reason: `account "${way.by?.account}" took another mail first; ask once more` };
}

async function settleAgain(
  tx: Tx,
  deps: MailDeps,
  { held, trial }: { readonly held: HeldAgain; readonly trial: Trial },
): Promise<void> {
  const { askId, claim, journey, mail, request, way } = held;
  const { now: at } = request;
  const settlement = settlementOf(trial.delivery, { purpose: mail.purpose, attempts: 0, now: at });
  const { attempt } = trial;
  const end = { attempt, at, contactId: journey.contactId };
  if (settlement.status === 'accepted') {
    const isOurs = await settleClaim(tx, claim, { ...end, ...settlement });
    if (isOurs) await noteOutcome(tx, deps, { sendId: claim.sendId, way, trial, now: at });
    const told = { request, journey, mail, account: held.letter.account, reason: 'a person has asked for it again' };
    if (isOurs) await tell(tx, deps, told, settlement);
    return;
  }
  const outcome: MailOutcome = { effect: 'mail', status: 'unknown', reason: `asked for again: ${settlement.reason}` };
  if (!(await settleClaim(tx, claim, { ...end, status: 'unknown', reason: outcome.reason }))) return;
  await noteOutcome(tx, deps, { sendId: claim.sendId, way, trial, now: at });
  await recordDecisions(tx, [
    { ...decisionOn(journey, request, saidOf(outcome)), key: keyOf('again', askId, outcome.status) },
  ]);
}

/** Not a byte has left. */
async function backInDoubt(tx: Tx, { claim, request: { now: at } }: HeldAgain): Promise<void> {
  const send = await readSend(tx, claim.sendId);
  if (send?.leaseToken !== claim.token) return;
  await settleUntried(tx, send, { status: 'unknown', reason: 'asked for again: it may not be sent any more', at });
}
