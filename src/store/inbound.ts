import type { Json } from '../domain/ids';
import type { Arrival } from '../domain/inbound/arrival';
import { type Attribution, attribute } from '../domain/inbound/attribution';
import { unproven } from '../domain/inbound/authenticity';
import { doubtAbout } from '../domain/inbound/authenticity-rules';
import { DEFAULT_INBOUND } from '../domain/inbound/rules';
import { findByAddress } from './addresses';
import { type Db, type Tx, transaction } from './db';
import { applyArrival, type Matter } from './inbound-apply';
import {
  type InboundRow,
  inboundByKey,
  insertInbound,
  type Standing,
  settleInbound,
  type Verdict,
} from './inbound-rows';
import { claimedSends } from './inbound-sends';
import type { TurnDeps } from './turn';

/** What became of something that came in. */
export interface Received {
  readonly id: string;
  readonly kind: string;
  readonly standing: Standing;
  readonly code: string | null;
  readonly reason: string;
  readonly contactId: string | null;
  readonly sendId: string | null;
  /** It had come before: nothing was done again. */
  readonly duplicate: boolean;
}

/**
 * Records what came in, and all that follows: the evidence, its verdict, the ledger, the contact's log with decisions, suppression and
 * consent, and jobs for journeys, in one transaction. The same key again is answered with the first answer. What lies changes
 * nothing, and is kept with its code.
 */
export function receive(db: Db, deps: TurnDeps, arrival: Arrival): Promise<Received> {
  return transaction(db, async (tx) => {
    const id = await insertInbound(
      tx,
      { ...arrival, details: detailsOf(arrival) },
      deps.rules.inbound ?? DEFAULT_INBOUND,
    );
    if (id === null) return { ...received(await inboundByKey(tx, arrival.key)), duplicate: true };
    await settleInbound(tx, id, await judged(tx, deps, arrival, id));
    return { ...received(await inboundByKey(tx, arrival.key)), duplicate: false };
  });
}

/** Beside what has columns of its own. What a person wrote may have to wait: `occurrence` is needed when it no longer does. */
function detailsOf({ recipients, authenticity, occurrence }: Arrival): Json {
  return {
    recipients: recipients.map((one) => ({ ...one })),
    ...(authenticity ? { authenticity: { ...authenticity }, occurrence } : {}),
  };
}

/** Records what could not be read: it is kept as it came, with the code of the error. */
export function receiveUnreadable(
  db: Db,
  deps: TurnDeps,
  { code, ...arrival }: Pick<Arrival, 'key' | 'way' | 'receivedAt' | 'raw' | 'reason'> & { readonly code: string },
): Promise<Received> {
  return transaction(db, async (tx) => {
    const row = { ...arrival, kind: 'unknown', sender: '', subject: '', details: {} } as const;
    const id = await insertInbound(tx, row, deps.rules.inbound ?? DEFAULT_INBOUND);
    if (id !== null) await settleInbound(tx, id, { standing: 'refused', code, reason: arrival.reason });
    return { ...received(await inboundByKey(tx, arrival.key)), duplicate: id === null };
  });
}

/** What became of a row. */
export function received({
  id,
  kind,
  standing,
  code,
  reason,
  contactId,
  sendId,
}: InboundRow): Omit<Received, 'duplicate'> {
  return { id, kind, standing, code, reason, contactId, sendId };
}

async function judged(tx: Tx, deps: TurnDeps, arrival: Arrival, inboundId: string): Promise<Verdict> {
  const { claims } = arrival.evidence;
  const sends = await claimedSends(tx, claims);
  const attribution = attribute({ ...arrival.evidence, sends });
  switch (attribution.type) {
    case 'lie':
      return { standing: 'refused', code: attribution.lie, reason: attribution.reason };
    case 'nobody':
      return { standing: 'kept', reason: `${arrival.reason}; ${attribution.reason}` };
    case 'address':
      return byAddress(tx, deps, { arrival, inboundId, attribution });
    case 'send': {
      const send = sends.find(({ id }) => id === attribution.sendId) ?? null;
      const contactId = send?.contactId ?? null;
      return unlessInDoubt(tx, deps, { arrival, inboundId, send, contactId, by: attribution.by });
    }
    default:
      throw new TypeError(`unknown attribution ${JSON.stringify(attribution satisfies never)}`);
  }
}

interface ByAddress {
  readonly arrival: Arrival;
  readonly inboundId: string;
  readonly attribution: Extract<Attribution, { type: 'address' }>;
}

async function byAddress(tx: Tx, deps: TurnDeps, { arrival, inboundId, attribution }: ByAddress): Promise<Verdict> {
  const { address, by } = attribution;
  const contactId = await findByAddress(tx, address, deps.rules.identity);
  if (contactId === undefined)
    return { standing: 'kept', reason: `${arrival.reason}; nobody on record has this address` };
  const { trustAddressAlone } = deps.rules.inbound ?? DEFAULT_INBOUND;
  if (arrival.evidence.isReport && !trustAddressAlone) {
    const reason = `${arrival.reason}; it brings nothing of our mail back, and anyone can name an address`;
    return { standing: 'kept', reason, knownBy: by, contactId };
  }
  return unlessInDoubt(tx, deps, { arrival, inboundId, send: null, contactId, by });
}

/** A reply of which nobody knows who wrote it waits for a person. Whoever wants no more mail is believed: a wrong one harms less. */
async function unlessInDoubt(tx: Tx, deps: TurnDeps, matter: Matter & { readonly arrival: Arrival }): Promise<Verdict> {
  const { arrival, inboundId, send, contactId, by } = matter;
  const { authenticity = unproven('nobody looked'), kind } = arrival;
  const rules = (deps.rules.inbound ?? DEFAULT_INBOUND).authenticity;
  const doubt = kind === 'reply' ? doubtAbout(rules, { by, authenticity }) : undefined;
  if (doubt === undefined) return applyArrival(tx, deps, matter);
  const reason = `a reply, but ${doubt}; if it is genuine: viveiro inbound accept ${inboundId}`;
  return { standing: 'kept', reason, knownBy: by, sendId: send?.id, contactId };
}
