import { type Instant, keyOf } from '../domain/ids';
import type { ScriptedEvent } from '../domain/rehearsal/scripted-event';
import type { Tx } from './db';

export interface PlannedEvent extends ScriptedEvent {
  readonly id: string;
  readonly contactId: string;
}

/** Plans what a recipient will do. `cause` makes it planned once. Only a rehearsal's scratch database has such rows. */
export async function planEvents(
  tx: Tx,
  o: { readonly contactId: string; readonly cause: string; readonly events: readonly ScriptedEvent[] },
): Promise<void> {
  for (const [index, event] of o.events.entries())
    await tx.$executeRaw`
      INSERT INTO scripted_event (id, contact_id, due_at, type, properties)
      VALUES (${keyOf('scripted', o.cause, index)}::uuid, ${o.contactId}::uuid, ${new Date(event.dueAt)}, ${event.type},
        ${JSON.stringify(event.properties)}::jsonb)
      ON CONFLICT (id) DO NOTHING`;
}

/** When the contact's next scripted event is due; null with none. */
export async function nextScriptedAt(tx: Tx, contactId: string): Promise<Instant | null> {
  const [row] = await tx.$queryRaw<{ at: number | null }[]>`
    SELECT (extract(epoch FROM min(due_at)) * 1000)::float8 AS at FROM scripted_event
    WHERE contact_id = ${contactId}::uuid AND played_at IS NULL`;
  return row?.at ?? null;
}

/** Scripted events that are due, oldest first. */
export async function dueEvents(
  tx: Tx,
  { contactId, now }: { readonly contactId: string; readonly now: Instant },
): Promise<readonly PlannedEvent[]> {
  const rows = await tx.$queryRaw<{ id: string; at: number; type: string; properties: ScriptedEvent['properties'] }[]>`
    SELECT id, (extract(epoch FROM due_at) * 1000)::float8 AS at, type, properties FROM scripted_event
    WHERE contact_id = ${contactId}::uuid AND played_at IS NULL AND due_at <= ${new Date(now)} ORDER BY due_at, id`;
  return rows.map(({ id, at, type, properties }) => ({ id, contactId, dueAt: at, type, properties }));
}

export async function markPlayed(tx: Tx, event: PlannedEvent): Promise<void> {
  await tx.$executeRaw`UPDATE scripted_event SET played_at = due_at WHERE id = ${event.id}::uuid`;
}
