import { EVENTS, type IncomingEvent } from '../domain/event';
import type { MailOutcome, Turn } from '../domain/journey/move';
import { acceptedEvent } from '../domain/send/accepted-event';
import type { Delivery } from '../domain/send/delivery';
import { type Settlement, settlementOf } from '../domain/send/settle';
import type { Tx } from '../store/db';
import { recordDecisions } from '../store/decisions';
import { ingestIn } from '../store/ingest';
import { settleClaim, settleLate } from '../store/send-ledger';
import { takeTurn } from '../store/turn';
import type { HeldSend, SendRequest } from './begin-send';
import type { MailDeps } from './mail-deps';
import { decisionOn, saidOf } from './send-decisions';

export interface Tried {
  readonly request: SendRequest;
  readonly held: HeldSend;
  readonly delivery: Delivery;
}

/**
 * Writes what came of a try: the send, its decision, the interaction, what a rehearsal's recipient will do, and the journey's next
 * turn, all in the caller's transaction under the contact's lock. Null: the claim was lost meanwhile; a late "accepted" is then
 * still noted, if the send had been given up as unknown.
 */
export async function settleSend(tx: Tx, deps: MailDeps, tried: Tried): Promise<Turn | null> {
  const { request, held, delivery } = tried;
  const { journeyId, turn, now } = request;
  const { claim, journey, mail, attempts } = held;
  const settlement = settlementOf(delivery, { purpose: mail.purpose, attempts, now });
  const response = 'response' in delivery ? delivery.response : null;
  const end = { reason: settlement.reason, response, at: now, contactId: journey.contactId };
  const isOurs = await settleClaim(tx, claim, { ...end, status: settlement.status });
  if (!isOurs && !(settlement.status === 'accepted' && (await settleLate(tx, claim, end)))) return null;
  await record(tx, deps, tried, settlement);
  if (!isOurs) return null;
  const { contactId } = journey;
  return takeTurn(tx, deps.turn, { journeyId, contactId, turn, now, outcome: outcomeOf(settlement) });
}

function outcomeOf(settlement: Settlement): MailOutcome {
  const { reason } = settlement;
  if (settlement.status === 'deferred') return { effect: 'mail', status: 'deferred', until: settlement.until, reason };
  return { effect: 'mail', status: settlement.status, reason };
}

async function record(tx: Tx, deps: MailDeps, { request, held }: Tried, settlement: Settlement): Promise<void> {
  const { journey, letter, reason: allowed } = held;
  const { key: sendId, journeyId, now } = request;
  const { contactId } = journey;
  // why it went out is the gate's word; what the server said stands beside it
  const said = saidOf(outcomeOf(settlement));
  const decision =
    settlement.status === 'accepted'
      ? {
          ...said,
          reason: allowed,
          data: { response: settlement.reason, ...(letter.account === null ? {} : { account: letter.account }) },
        }
      : said;
  await recordDecisions(tx, [decisionOn(journey, request, decision)]);
  const event = eventOf(settlement, { request, held });
  if (event) await ingestIn(tx, deps.turn, event);
  if (settlement.status === 'accepted') await deps.turn.reactions?.afterMail(tx, { sendId, contactId, journeyId, now });
}

/** What the contact's log says of it: a mail that was taken, or an address that is none. */
function eventOf(settlement: Settlement, { request, held }: Omit<Tried, 'delivery'>): IncomingEvent | undefined {
  const { key: sendId, journeyId, now: at } = request;
  const { contactId, leadId } = held.journey;
  const { template, variant = null } = held.mail;
  if (settlement.status === 'accepted')
    return acceptedEvent({ sendId, contactId, journeyId, leadId, template, variant }, at);
  if (settlement.status !== 'rejected' || !settlement.isNoAddress) return undefined;
  return {
    type: EVENTS.mailBounced,
    contactId,
    at,
    idempotencyKey: `${EVENTS.mailBounced}:${sendId}`,
    journeyId,
    leadId: leadId ?? undefined,
    properties: { sendId, kind: 'hard' },
  };
}
