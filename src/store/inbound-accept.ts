import { failure } from '../domain/errors';
import { atPath, textOf } from '../domain/inbound/json-path';
import { type Db, type Tx, transaction } from './db';
import { type Received, received } from './inbound';
import { applyArrival } from './inbound-apply';
import { type InboundRow, inboundById, settleInbound } from './inbound-rows';
import { sendsById } from './inbound-sends';
import type { TurnDeps } from './turn';

export interface Acceptance {
  readonly id: string;
  /** How the person knows, for the record. */
  readonly reason: string;
}

/**
 * Lets a reply that waits have its consequences, since a person has looked at it: as if it had counted when it came. Of two who accept it
 * at once one does. Throws VIV_INBOUND_UNKNOWN, VIV_INBOUND_NOT_WAITING.
 */
export function acceptReply(db: Db, deps: TurnDeps, { id, reason }: Acceptance): Promise<Received> {
  return transaction(db, async (tx) => {
    const row = await inboundById(tx, id);
    const problem = problemOf(row);
    if (problem !== undefined) throw failure('VIV_INBOUND_NOT_WAITING', { id, problem });
    const verdict = await applied(tx, deps, row, reason);
    await settleInbound(tx, row.id, verdict);
    return { ...received(await inboundById(tx, id)), duplicate: false };
  });
}

function problemOf({ kind, standing, contactId, details }: InboundRow): string | undefined {
  if (kind !== 'reply') return `it is no reply, but ${kind}`;
  if (standing !== 'kept') return `it is ${standing}`;
  if (contactId === null) return 'nobody on record has this address; type the contact in, and answer the mail';
  return textOf(atPath(details, 'occurrence')) === '' ? 'nothing is left of who wrote it' : undefined;
}

async function applied(tx: Tx, deps: TurnDeps, row: InboundRow, how: string) {
  const { id: inboundId, contactId, sendId, receivedAt: at, details, knownBy } = row;
  const [send = null] = await sendsById(tx, sendId === null ? [] : [sendId]);
  const arrival = {
    kind: 'reply',
    reason: `accepted by a person: ${how}`,
    recipients: [],
    at,
    occurrence: textOf(atPath(details, 'occurrence')),
    evidence: { isReport: false },
  } as const;
  return applyArrival(tx, deps, { arrival, inboundId, send, contactId, by: knownBy ?? 'recipient' });
}
