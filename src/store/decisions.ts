import type { Decision } from '../domain/decision';
import type { Tx } from './db';

/** Stores decisions, each once by its key, in the order given. */
export async function recordDecisions(tx: Tx, decisions: readonly Decision[]): Promise<void> {
  if (decisions.length === 0) return;
  const rows = decisions.map((d) => ({
    key: d.key,
    contact_id: d.contactId,
    journey_id: d.journeyId ?? null,
    step_id: d.stepId ?? null,
    kind: d.kind,
    outcome: d.outcome,
    reason: d.reason,
    at: new Date(d.at).toISOString(),
    data: d.data ?? {},
  }));
  await tx.$executeRaw`
    INSERT INTO decision (key, contact_id, journey_id, step_id, kind, outcome, reason, at, data)
    SELECT key, contact_id, journey_id, step_id, kind, outcome, reason, at, data
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(
      key text, contact_id uuid, journey_id uuid, step_id text, kind text, outcome text, reason text, at timestamptz, data jsonb)
    ON CONFLICT (key) DO NOTHING`;
}
