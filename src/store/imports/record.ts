import { ViveiroError } from '../../domain/errors';
import type { Instant } from '../../domain/ids';
import type { FieldChange, MergeRules } from '../../domain/importing/merge';
import { DEFAULT_LISTS } from '../../domain/lists/rules';
import type { Tx } from '../db';
import { type AddedEntry, addEntries, type MailingList } from '../lists';
import { type ImportedSuppression, insertImported } from '../suppression-list';
import type { TurnDeps } from '../turn';
import { type ContactRow, putContacts } from './contacts';
import { type LeadOutcome, type LeadRow, recordLeads } from './leads';
import { type PurchaseOutcome, type PurchaseRow, recordPurchases } from './purchases';
import { noteRows, type RecordedRow } from './rows';

export type NumberedContact = ContactRow & { readonly number: number };

/** Rows of one kind that are recorded together. */
export type Batch =
  | { readonly kind: 'leads'; readonly rows: readonly LeadRow[] }
  | { readonly kind: 'contacts'; readonly rows: readonly NumberedContact[] }
  | { readonly kind: 'purchases'; readonly rows: readonly PurchaseRow[] }
  | { readonly kind: 'suppressions'; readonly rows: readonly SuppressionRow[] };

export interface SuppressionRow {
  readonly number: number;
  readonly suppression: ImportedSuppression;
}

export interface Recording {
  readonly importId: string;
  readonly merge: MergeRules;
  /** Contacts come with it. */
  readonly list?: MailingList | undefined;
  readonly now: Instant;
}

/** What became of one row. */
export type RowOutcome =
  | {
      readonly number: number;
      readonly outcome: RecordedRow['outcome'];
      readonly changes: readonly FieldChange[];
      /** Of a row that brought a new entry of the list. */
      readonly entry?: { readonly suppressed: boolean; readonly consented: boolean } | undefined;
      /** It opened a lead. */
      readonly opened: boolean;
      /** It brought a purchase. */
      readonly bought?: boolean;
    }
  /** suppressed: an address that was not before. */
  | { readonly number: number; readonly outcome: 'repeated' | 'suppressed' }
  | { readonly number: number; readonly error: ViveiroError };

/** Records a batch in the caller's transaction, and notes what became of its rows, in their order. Throws Overtaken. */
export async function recordBatch(
  tx: Tx,
  deps: TurnDeps,
  { batch, ...recording }: Recording & { readonly batch: Batch },
): Promise<readonly RowOutcome[]> {
  if (batch.rows.length === 0) return [];
  switch (batch.kind) {
    case 'contacts':
      return recordContacts(tx, deps, { ...recording, rows: batch.rows });
    case 'leads':
      return noted(tx, recording.importId, batch.rows, await recordLeads(tx, deps, { ...recording, rows: batch.rows }));
    case 'purchases': {
      const rows = await recordPurchases(tx, deps, { ...recording, rows: batch.rows });
      const outcomes = await noted(tx, recording.importId, batch.rows, rows);
      return outcomes.map((one) => ('changes' in one ? { ...one, bought: true } : one));
    }
    case 'suppressions':
      return recordSuppressions(tx, { ...recording, rows: batch.rows });
    default:
      throw new TypeError(`unknown kind of batch ${JSON.stringify(batch satisfies never)}`);
  }
}

/** Notes rows that were recorded, for whoever takes the import back, and answers what became of each. */
async function noted(
  tx: Tx,
  importId: string,
  given: readonly { readonly number: number }[],
  rows: readonly (LeadOutcome | PurchaseOutcome)[],
): Promise<readonly RowOutcome[]> {
  const recorded = rows.filter(
    (row): row is RecordedRow => !(row instanceof ViveiroError) && row.outcome !== 'repeated',
  );
  await noteRows(tx, importId, recorded);
  return rows.map((row, index): RowOutcome => {
    const number = given[index]?.number ?? 0;
    if (row instanceof ViveiroError) return { number, error: row };
    if (row.outcome === 'repeated') return { number, outcome: 'repeated' };
    const { outcome, changes = [], leadId } = row;
    return { number, outcome, changes, opened: leadId !== undefined };
  });
}

/** They are about addresses, and need no contact: nothing else is noted of them than which import they are of. */
async function recordSuppressions(
  tx: Tx,
  { importId, now, rows }: Recording & { readonly rows: readonly SuppressionRow[] },
): Promise<readonly RowOutcome[]> {
  const asked = rows.map(({ suppression }) => suppression);
  const added = await insertImported(tx, asked, { importId, at: now });
  return rows.map(({ number }, index) => ({ number, outcome: added[index] ? 'suppressed' : 'repeated' }));
}

async function recordContacts(
  tx: Tx,
  { rules }: TurnDeps,
  { importId, merge, list, now, rows }: Recording & { readonly rows: readonly NumberedContact[] },
): Promise<readonly RowOutcome[]> {
  const put = await putContacts(tx, rows, { merge, identity: rules.identity });
  const contactIds = put.map(({ contactId }) => contactId);
  const asked = { rules: rules.lists ?? DEFAULT_LISTS, importId, contactIds, at: now };
  const added = list ? await addEntries(tx, { list, ...asked }) : [];
  const entries = new Map<string, AddedEntry>(added.map((entry) => [entry.contactId, entry]));
  const recorded = put.map((one, index) => {
    const entry = entries.get(one.contactId);
    entries.delete(one.contactId); // of several rows the first brings it
    return { number: rows[index]?.number ?? 0, ...one, entry, consentSeq: entry?.consentSeq };
  });
  await noteRows(
    tx,
    importId,
    recorded.filter(({ outcome, entry }) => outcome !== 'unchanged' || entry),
  );
  return recorded.map(({ number, outcome, changes, entry }) => ({
    number,
    outcome,
    changes,
    opened: false,
    entry: entry && { suppressed: entry.suppressed, consented: entry.consentSeq !== undefined },
  }));
}
