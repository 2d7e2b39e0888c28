import type { IncomingEvent } from '../../domain/event';
import { newId } from '../../domain/ids';
import type { Tx } from '../db';
import { hashOf as eventHash } from '../ingest';
import { Overtaken } from './contacts';

/** An event as it stands on record. */
export interface ToldEvent {
  readonly id: string;
  readonly seq: number;
}

/** Puts events on record, one statement for all of them. Throws Overtaken when somebody else has just used one of their keys. */
export async function insertEvents(tx: Tx, events: readonly IncomingEvent[]): Promise<readonly ToldEvent[]> {
  const rows = events.map((event) => ({
    id: newId(),
    contact_id: event.contactId,
    lead_id: event.leadId,
    type: event.type,
    at: new Date(event.at).toISOString(),
    properties: event.properties,
    key: event.idempotencyKey,
    hash: eventHash(event),
  }));
  const inserted = await tx.$queryRaw<ToldEvent[]>`
    INSERT INTO interaction (id, contact_id, lead_id, type, at, properties, idempotency_key, body_hash)
    SELECT id, contact_id, lead_id, type, at, properties, key, hash
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, contact_id uuid, lead_id uuid, type text, at timestamptz,
      properties jsonb, key text, hash text)
    ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, seq::float8 AS seq`;
  if (inserted.length < rows.length) throw new Overtaken();
  const byId = new Map(inserted.map((row) => [row.id, row]));
  return rows.map(({ id }) => byId.get(id) ?? { id, seq: 0 });
}
