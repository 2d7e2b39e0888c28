import type { IncomingEvent } from '../domain/event';
import type { MailOutcome, Turn } from '../domain/journey/move';
import { acceptedEvent, bouncedEvent } from '../domain/send/accepted-event';
import type { Settlement } from '../domain/send/settle';
import type { Tx } from '../store/db';
import { recordDecisions } from '../store/decisions';
import { ingestIn } from '../store/ingest';
import { ownerSince } from '../store/journeys';
import { settleClaim, settleLate } from '../store/send-ledger';
import { takeTurn } from '../store/turn';
import type { HeldSend, SendRequest } from './begin-send';
import type { MailDeps } from './mail-deps';
import { endOfTry, noteOutcome } from './note-outcome';
import { decisionOn, saidOf } from './send-decisions';
import type { Trial } from './try-send';

export interface Tried {
  readonly request: SendRequest;
  readonly held: HeldSend;
  readonly trial: Trial;
}

/**
 * Writes what came of a try: the send, its decision, the interaction, what a rehearsal's recipient will do, and the journey's next
 * turn, all in the caller's transaction under the contact's lock. Null: the claim was lost meanwhile; a late "accepted" is then
 * still noted, if the send had been given up as unknown.
 */
export async function settleSend(tx: Tx, deps: MailDeps, tried: Tried): Promise<Turn | null> {
  const { request, held, trial } = tried;
  const { journeyId, turn, now } = request;
  const { claim, journey, mail, attempts, way } = held;
  const ended = endOfTry(deps, { way, trial, now, purpose: mail.purpose, attempts });
  const { settlement } = ended;
  const end = { ...ended.end, contactId: journey.contactId };
  const isOurs = await settleClaim(tx, claim, end);
  if (!isOurs && !(settlement.status === 'accepted' && (await settleLate(tx, claim, end)))) {
    const owner = await ownerSince(tx, journey);
    return owner ? settleSend(tx, deps, { ...tried, held: { ...held, journey: { ...journey, ...owner } } }) : null;
  }
  await tell(tx, deps, { request, ...held, account: held.letter.account }, settlement);
  if (!isOurs) return null;
  await noteOutcome(tx, deps, { sendId: claim.sendId, way, trial, now });
  const { contactId } = journey;
  return takeTurn(tx, deps.turn, { journeyId, contactId, turn, now, outcome: outcomeOf(settlement) });
}

/** A settlement as its journey is told of it. */
export function outcomeOf(settlement: Settlement): MailOutcome {
  const { reason } = settlement;
  if (settlement.status === 'deferred') return { effect: 'mail', status: 'deferred', until: settlement.until, reason };
  return { effect: 'mail', status: settlement.status, reason };
}

/** What is told of a send, whoever settles it. `reason`: why it was allowed to go. */
export type Told = Pick<HeldSend, 'journey' | 'mail' | 'reason'> & {
  readonly request: SendRequest;
  /** By which it went; null: there is only one way. */
  readonly account: string | null;
};

/** Writes the decision about a settled send, what the contact's log says of it, and what a rehearsal's recipient will do. */
export async function tell(tx: Tx, deps: MailDeps, told: Told, settlement: Settlement): Promise<void> {
  const { request, journey, account, reason: allowed } = told;
  const { key: sendId, journeyId, now } = request;
  const { contactId } = journey;
  // why it went out is the gate's word; what the server said stands beside it
  const said = saidOf(outcomeOf(settlement));
  const decision =
    settlement.status === 'accepted'
      ? {
          ...said,
          reason: allowed,
          data: { response: settlement.reason, ...(account === null ? {} : { account }) },
        }
      : said;
  await recordDecisions(tx, [decisionOn(journey, request, decision)]);
  const event = eventOf(settlement, told);
  if (event) await ingestIn(tx, deps.turn, event);
  if (settlement.status === 'accepted') await deps.turn.reactions?.afterMail(tx, { sendId, contactId, journeyId, now });
}

/** What the contact's log says of it: a mail that was taken, or an address that is none. */
function eventOf(settlement: Settlement, { request, journey, mail }: Told): IncomingEvent | undefined {
  const { key: sendId, journeyId, now: at } = request;
  const { contactId, leadId } = journey;
  const { template, variant = null } = mail;
  const sent = { sendId, contactId, journeyId, leadId };
  if (settlement.status === 'accepted') return acceptedEvent({ ...sent, template, variant }, at);
  return settlement.status === 'rejected' && settlement.isNoAddress ? bouncedEvent(sent, at) : undefined;
}
