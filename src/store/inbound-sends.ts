import type { KnownSend } from '../domain/inbound/attribution';
import type { Claims } from '../domain/inbound/claims';
import type { Tx } from './db';

/** A send that something which came in may be about. */
export interface ClaimedSend extends KnownSend {
  /** Null: a mail to a rep, or to somebody who was erased. */
  readonly contactId: string | null;
  readonly handoffId: string | null;
  readonly journeyId: string | null;
  readonly leadId: string | null;
  readonly stepId: string;
  readonly purpose: string;
}

const UUID = /^<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@/i;

/** Sends on record that these claims name. Our Message-IDs begin with the id of their send. */
export async function claimedSends(tx: Tx, claims: Claims): Promise<readonly ClaimedSend[]> {
  const { returnPaths, sendIds, messageIds, references } = claims;
  const ids = new Set([
    ...returnPaths.flatMap((path) => (path.type === 'ours' ? [path.sendId] : [])),
    ...sendIds,
    ...[...messageIds, ...references].flatMap((text) => UUID.exec(text)?.[1]?.toLowerCase() ?? []),
  ]);
  return sendsById(tx, [...ids]);
}

/** Those of these sends that are on record. */
export async function sendsById(tx: Tx, ids: readonly string[]): Promise<readonly ClaimedSend[]> {
  if (ids.length === 0) return [];
  return tx.$queryRaw<ClaimedSend[]>`
    SELECT s.id, s.message_id AS "messageId", lower(s.recipient) AS recipient, s.contact_id AS "contactId",
      s.handoff_id AS "handoffId", s.journey_id AS "journeyId", j.lead_id AS "leadId", s.step_id AS "stepId", s.purpose
    FROM send s LEFT JOIN journey j ON j.id = s.journey_id WHERE s.id = ANY(${ids}::uuid[])`;
}
