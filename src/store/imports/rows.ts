import type { FieldChange } from '../../domain/importing/merge';
import type { Tx } from '../db';

/** What came of one row that was recorded. */
export interface RecordedRow {
  readonly number: number;
  readonly contactId: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** The lead that it opened. */
  readonly leadId?: string | undefined;
  readonly interactionId?: string | undefined;
  readonly consentSeq?: number | undefined;
  readonly changes?: readonly FieldChange[];
}

/** Notes what became of rows, for whoever looks at the import or takes it back. */
export async function noteRows(tx: Tx, importId: string, rows: readonly RecordedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const noted = rows.map(({ number, contactId, outcome, leadId, interactionId, consentSeq }) => ({
    number,
    contact_id: contactId,
    outcome,
    lead_id: leadId ?? null,
    interaction_id: interactionId ?? null,
    consent_seq: consentSeq ?? null,
  }));
  await tx.$executeRaw`
    INSERT INTO import_row (import_id, number, contact_id, outcome, lead_id, interaction_id, consent_seq)
    SELECT ${importId}::uuid, number, contact_id, outcome, lead_id, interaction_id, consent_seq
    FROM json_to_recordset(${JSON.stringify(noted)}::json) AS r(number int, contact_id uuid, outcome text, lead_id uuid,
      interaction_id uuid, consent_seq bigint)`;
  await noteChanges(tx, importId, rows);
}

async function noteChanges(tx: Tx, importId: string, rows: readonly RecordedRow[]): Promise<void> {
  const changes = rows.flatMap(({ contactId, changes: own = [] }) =>
    own.map((change) => ({ contact_id: contactId, ...change })),
  );
  if (changes.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO import_change (import_id, contact_id, field, before, after)
    SELECT ${importId}::uuid, contact_id, field, before, after
    FROM json_to_recordset(${JSON.stringify(changes)}::json) AS r(contact_id uuid, field text, before jsonb, after jsonb)`;
}
