import type { Decision } from '../domain/decision';
import { EVENTS, type IncomingEvent } from '../domain/event';
import { keyOf } from '../domain/ids';
import type { Arrival } from '../domain/inbound/arrival';
import type { Sign } from '../domain/inbound/attribution';
import type { RecipientReport } from '../domain/inbound/classified';
import { CONSEQUENCES, type Consequence } from '../domain/inbound/consequence';
import { lockContact, type Tx } from './db';
import { recordDecisions } from './decisions';
import type { Verdict } from './inbound-rows';
import type { ClaimedSend } from './inbound-sends';
import { ingestIn } from './ingest';
import { reconcile } from './reconcile';
import type { TurnDeps } from './turn';

/** Something that came in, and whose matter it is. */
export interface Matter {
  readonly arrival: Pick<Arrival, 'kind' | 'reason' | 'recipients' | 'at' | 'occurrence' | 'authenticity'> & {
    readonly evidence: Pick<Arrival['evidence'], 'isReport'>;
  };
  readonly inboundId: string;
  readonly send: ClaimedSend | null;
  readonly contactId: string | null;
  readonly by: Sign;
}

/** Lets what came in have its consequences. The transaction then holds the contact's lock. */
export async function applyArrival(tx: Tx, deps: TurnDeps, matter: Matter): Promise<Verdict> {
  const { send, contactId, by, arrival } = matter;
  const known = { knownBy: by, sendId: send?.id, contactId };
  const finding = findingOf(matter);
  const consequence = CONSEQUENCES[finding.kind];
  if (contactId !== null && !(await lockContact(tx, contactId)))
    return { ...known, contactId: null, standing: 'kept', reason: 'its contact is no longer on record' };
  const doubted = await doubtEnded(tx, deps, { matter, finding, consequence });
  if (contactId === null) return { ...known, standing: 'kept', reason: withoutContact(send, finding.reason) };
  if (finding.kind === 'unknown') return { ...known, standing: 'kept', reason: arrival.reason };
  if (consequence.event === null) {
    const reason = doubted ? finding.reason : `${finding.reason}; the ledger had it so`;
    return { ...known, standing: 'applied', reason };
  }
  const isNew = await told(tx, deps, { matter: { ...matter, contactId }, finding, type: consequence.event });
  const reason = isNew ? finding.reason : `${finding.reason}; it was on record already`;
  return { ...known, standing: 'applied', reason };
}

const withoutContact = (send: ClaimedSend | null, reason: string): string =>
  send?.handoffId ? `a mail to a rep: ${reason}` : `${reason}; its contact was erased`;

interface Finding extends Omit<RecipientReport, 'kind'> {
  readonly kind: Arrival['kind'];
}

const NOBODY = { recipient: '', originalRecipient: '', status: '', diagnostic: '' };

/** What a report says of the recipient of this send; one that names others (mail is forwarded) by its first. */
function findingOf({ arrival, send }: Matter): Finding {
  const { recipients, kind, reason } = arrival;
  const own = recipients.find(
    ({ recipient, originalRecipient }) => send !== null && [recipient, originalRecipient].includes(send.recipient),
  );
  return own ?? recipients[0] ?? { ...NOBODY, kind, reason };
}

interface Finished {
  readonly matter: Matter;
  readonly finding: Finding;
  readonly consequence: Consequence;
}

/** Whether the ledger did not know until now how this send had ended. */
async function doubtEnded(tx: Tx, deps: TurnDeps, { matter, finding, consequence }: Finished): Promise<boolean> {
  const { send, arrival } = matter;
  if (!send || consequence.send === null) return false;
  const reason = `${consequence.called}: ${sentence(finding)}`;
  return reconcile(tx, deps, { sendId: send.id, status: consequence.send, reason, at: arrival.at });
}

const sentence = ({ reason, diagnostic }: Finding): string =>
  diagnostic === '' ? reason : `${reason}. The server: “${diagnostic.slice(0, 300)}”`;

interface Telling {
  readonly matter: Matter & { readonly contactId: string };
  readonly finding: Finding;
  readonly type: string;
}

/** Records event and decision, once. False: another message had told the same. */
async function told(tx: Tx, deps: TurnDeps, telling: Telling): Promise<boolean> {
  const event = eventOf(telling);
  const [old] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM interaction WHERE idempotency_key = ${event.idempotencyKey}`;
  if (old) return false;
  await recordDecisions(tx, [decisionOf(telling)]);
  await ingestIn(tx, deps, event);
  return true;
}

/**
 * A report counts once for each mail and kind, by whatever ways it comes; what people write counts each time. No more mail concerns
 * all journeys of the contact.
 */
function eventOf({ matter, finding, type }: Telling): IncomingEvent {
  const { arrival, send, contactId, inboundId } = matter;
  const isWish = type === EVENTS.mailUnsubscribed; // who comes back, and uses an old mail again, means it again
  const once = arrival.evidence.isReport && send && !isWish ? `${send.id}:${finding.kind}` : arrival.occurrence;
  const { journeyId, leadId } = send ?? { journeyId: null, leadId: null };
  return {
    type,
    contactId,
    at: arrival.at,
    idempotencyKey: `inbound:${type}:${once}`,
    ...(!isWish && journeyId !== null ? { journeyId } : {}),
    ...(!isWish && leadId !== null ? { leadId } : {}),
    properties: {
      ...(send ? { sendId: send.id } : {}),
      inboundId,
      ...(isWish ? { purpose: purposeOf(send) } : {}),
      ...(type === EVENTS.mailBounced ? { kind: 'hard' } : {}),
      ...(finding.status === '' ? {} : { status: finding.status }),
      ...(finding.diagnostic === '' ? {} : { diagnostic: finding.diagnostic.slice(0, 500) }),
    },
  };
}

/** Nobody unsubscribes from mails that they need; whoever answers one with "unsubscribe" means the others. */
const purposeOf = (send: ClaimedSend | null): string =>
  send === null || send.purpose === 'transactional' ? 'marketing' : send.purpose;

const SIGNS: { readonly [S in Sign]: string } = {
  return_path: 'its return path',
  message_id: 'the mail that it brings back',
  reference: 'the mail that it answers',
  recipient: 'the address alone',
};

function decisionOf({ matter, finding, type }: Telling): Decision {
  const { arrival, send, contactId, by, inboundId } = matter;
  const isOfPeople = type === EVENTS.mailUnsubscribed;
  return {
    key: keyOf('inbound', inboundId),
    contactId,
    journeyId: isOfPeople ? undefined : (send?.journeyId ?? undefined),
    stepId: isOfPeople ? undefined : send?.stepId,
    kind: 'inbound',
    outcome: CONSEQUENCES[finding.kind].called,
    reason: [
      sentence(finding),
      `known by ${SIGNS[by]}`,
      ...(arrival.authenticity ? [arrival.authenticity.reason] : []),
    ].join('; '),
    at: arrival.at,
    data: { inboundId, ...(send ? { sendId: send.id } : {}) },
  };
}
