import type { Instant } from '../../domain/ids';
import { type FieldChange, restored } from '../../domain/importing/merge';
import { recordConsents } from '../bulk-consents';
import { eraseConsentDetails } from '../consents';
import { noteLock, type Tx } from '../db';
import { CLIENT_FIELD } from './client-notes';
import { KNOWN_COLUMNS, type KnownRow, told, writeContacts } from './contacts';
import { removeLeads } from './undo-leads';
import { removePurchases } from './undo-purchases';

export interface Page {
  readonly importId: string;
  readonly contactIds: readonly string[];
  readonly now: Instant;
}

export interface KeptPart {
  readonly reason: string;
  readonly contactId: string;
}

export interface PageUndone {
  readonly contactsRemoved: number;
  readonly fieldsRestored: number;
  readonly leadsRemoved: number;
  readonly entriesRemoved: number;
  readonly consentsWithdrawn: number;
  readonly purchasesRemoved: number;
  readonly kept: readonly KeptPart[];
}

/** Takes back what an import has done to some contacts, under their locks. A second time finds nothing more to do. */
export async function undoPage(tx: Tx, page: Page): Promise<PageUndone> {
  await lockContacts(tx, page);
  const purchases = await removePurchases(tx, page); // first: who is a client by them alone may go
  const made = await madeContacts(tx, page);
  const free = made.filter(({ reason }) => reason === null).map(({ contactId }) => contactId);
  const stays = { ...page, contactIds: page.contactIds.filter((id) => !free.includes(id)) };
  const consentsWithdrawn = await withdrawConsents(tx, page, new Set(free));
  const removed = await removeContacts(tx, page, free);
  const leads = await removeLeads(tx, stays);
  const entries = await removeEntries(tx, stays);
  const fields = await restoreFields(tx, stays);
  const contacts = made.flatMap(({ contactId, reason }) =>
    reason === null ? [] : [{ contactId, reason: `contacts stay: ${reason}` }],
  );
  return {
    contactsRemoved: free.length,
    fieldsRestored: fields.count,
    leadsRemoved: leads.count + removed.leads,
    entriesRemoved: entries.count + removed.entries,
    consentsWithdrawn,
    purchasesRemoved: purchases.count,
    kept: [...contacts, ...purchases.kept, ...leads.kept, ...entries.kept, ...fields.kept],
  };
}

interface Made {
  readonly contactId: string;
  /** Why it stays; null: nothing else has happened to it. */
  readonly reason: string | null;
}

async function lockContacts(tx: Tx, { contactIds }: Page): Promise<void> {
  const locked = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM contact WHERE id = ANY(${[...contactIds]}::uuid[]) ORDER BY id FOR UPDATE`;
  for (const { id } of locked) noteLock(tx, id);
}

/** Those that the import has made, of contacts that are locked. */
function madeContacts(tx: Tx, { importId, contactIds }: Page): Promise<readonly Made[]> {
  return tx.$queryRaw<Made[]>`
    SELECT c.id AS "contactId", CASE
      WHEN EXISTS (SELECT 1 FROM journey j WHERE j.contact_id = c.id) OR EXISTS (SELECT 1 FROM waiting w WHERE w.contact_id = c.id)
        THEN 'they have entered a sequence'
      WHEN EXISTS (SELECT 1 FROM send s WHERE s.contact_id = c.id) THEN 'a mail was planned for them'
      WHEN EXISTS (SELECT 1 FROM client k WHERE k.contact_id = c.id) THEN 'they are clients'
      WHEN EXISTS (SELECT 1 FROM import_row r WHERE r.contact_id = c.id AND r.import_id <> ${importId}::uuid)
        THEN 'another import tells of them'
      WHEN EXISTS (SELECT 1 FROM list_entry e WHERE e.contact_id = c.id AND e.import_id <> ${importId}::uuid)
        THEN 'they are on another list'
      WHEN EXISTS (SELECT 1 FROM contact_merge g WHERE c.id IN (g.contact_id, g.merged_id) AND g.undone_at IS NULL)
        THEN 'they were merged with another contact'
      WHEN EXISTS (SELECT 1 FROM visitor v WHERE v.contact_id = c.id) THEN 'visits of theirs are on record'
      WHEN EXISTS (
        SELECT 1 FROM interaction i WHERE i.contact_id = c.id AND NOT EXISTS (
          SELECT 1 FROM import_row r WHERE r.contact_id = c.id AND r.import_id = ${importId}::uuid AND r.interaction_id = i.id))
        THEN 'something has happened with them since'
      WHEN EXISTS (
        SELECT 1 FROM consent n WHERE n.contact_id = c.id AND NOT EXISTS (
          SELECT 1 FROM import_row r WHERE r.contact_id = c.id AND r.import_id = ${importId}::uuid AND r.consent_seq = n.seq))
        THEN 'they have said something about consent since'
      END AS reason
    FROM contact c WHERE c.id = ANY(${[...contactIds]}::uuid[]) AND EXISTS (
      SELECT 1 FROM import_row r WHERE r.contact_id = c.id AND r.import_id = ${importId}::uuid AND r.outcome = 'created')
    ORDER BY c.id`;
}

interface Brought {
  readonly contactId: string;
  readonly purpose: string;
  readonly basis: 'consent' | 'contract' | 'legitimate_interest';
}

/**
 * What the import claimed that somebody allows, they allow no more: unless they did before it, or have said something since. Of contacts that
 * go, all that is personal is erased. Answers how many were withdrawn of those that stay.
 */
async function withdrawConsents(
  tx: Tx,
  { importId, contactIds, now }: Page,
  free: ReadonlySet<string>,
): Promise<number> {
  const brought = await tx.$queryRaw<Brought[]>`
    SELECT DISTINCT n.contact_id AS "contactId", n.purpose, n.basis
    FROM import_row r JOIN consent n ON n.seq = r.consent_seq
    WHERE r.import_id = ${importId}::uuid AND r.contact_id = ANY(${[...contactIds]}::uuid[]) AND n.granted
      AND NOT EXISTS (
        SELECT 1 FROM consent l WHERE l.contact_id = n.contact_id AND l.purpose = n.purpose AND l.seq > n.seq)
      AND 'given' IS DISTINCT FROM (
        SELECT e.state FROM consent e WHERE e.contact_id = n.contact_id AND e.purpose = n.purpose AND e.seq < n.seq
        ORDER BY e.seq DESC LIMIT 1)
      AND EXISTS (SELECT 1 FROM contact c WHERE c.id = n.contact_id)
    ORDER BY n.contact_id, n.purpose`;
  const text = 'The import that brought it was taken back.';
  await recordConsents(
    tx,
    brought.map((one) => ({ ...one, granted: false, text, source: `import ${importId}`, at: now })),
  );
  return brought.filter(({ contactId }) => !free.has(contactId)).length;
}

/** Everything that the import has put on record of contacts that it made: as if it never had. Proofs of consent stay, without what is personal. */
async function removeContacts(tx: Tx, { importId }: Page, free: readonly string[]) {
  if (free.length === 0) return { leads: 0, entries: 0 };
  const ids = [...free];
  for (const { id } of await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT contact_id AS id FROM consent WHERE contact_id = ANY(${ids}::uuid[])`)
    await eraseConsentDetails(tx, id);
  await tx.$executeRaw`DELETE FROM score_entry WHERE contact_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`DELETE FROM decision WHERE contact_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`DELETE FROM interaction WHERE contact_id = ANY(${ids}::uuid[])`;
  const leads = await tx.$executeRaw`DELETE FROM lead WHERE contact_id = ANY(${ids}::uuid[])`;
  const entries = await tx.$executeRaw`DELETE FROM list_entry WHERE contact_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`DELETE FROM import_change WHERE import_id = ${importId}::uuid AND contact_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`DELETE FROM contact_address WHERE contact_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`DELETE FROM contact WHERE id = ANY(${ids}::uuid[])`;
  return { leads, entries };
}

interface Partly {
  readonly count: number;
  readonly kept: readonly KeptPart[];
}

/** List entries stay where they have become leads. */
async function removeEntries(tx: Tx, { importId, contactIds }: Page): Promise<Partly> {
  const ids = [...contactIds];
  const count = await tx.$executeRaw`
    DELETE FROM list_entry WHERE import_id = ${importId}::uuid AND contact_id = ANY(${ids}::uuid[]) AND lead_id IS NULL`;
  const rows = await tx.$queryRaw<{ contactId: string }[]>`
    SELECT contact_id AS "contactId" FROM list_entry
    WHERE import_id = ${importId}::uuid AND contact_id = ANY(${ids}::uuid[]) ORDER BY contact_id`;
  const reason = 'list entries stay: they have become leads';
  return { count, kept: rows.map((row) => ({ ...row, reason })) };
}

/** Values say again what they said before the import, where nothing else has changed them. */
async function restoreFields(tx: Tx, { importId, contactIds }: Page): Promise<Partly> {
  const changes = await tx.$queryRaw<(FieldChange & { readonly contactId: string })[]>`
    SELECT contact_id AS "contactId", field, before, after FROM import_change
    WHERE import_id = ${importId}::uuid AND contact_id = ANY(${[...contactIds]}::uuid[]) AND field <> ${CLIENT_FIELD} AND NOT EXISTS (
      SELECT 1 FROM import_row r -- of a contact that the import made, nothing was there before
      WHERE r.import_id = import_change.import_id AND r.contact_id = import_change.contact_id AND r.outcome = 'created')
    ORDER BY seq`;
  if (changes.length === 0) return { count: 0, kept: [] };
  const contacts = await tx.$queryRaw<KnownRow[]>`
    SELECT id, ${KNOWN_COLUMNS} FROM contact
    WHERE id = ANY(${changes.map(({ contactId }) => contactId)}::uuid[])`;
  const kept: KeptPart[] = [];
  let count = 0;
  const rows = contacts.map(({ id, ...contact }) => {
    const own = changes.filter(({ contactId }) => contactId === id);
    const { after, kept: fields } = restored(contact, own);
    count += new Set(own.map(({ field }) => field)).size - fields.length;
    for (const field of fields) kept.push({ contactId: id, reason: `values stay: ${field} was changed again since` });
    return { id, ...told(after) };
  });
  await writeContacts(tx, rows);
  await tx.$executeRaw`
    DELETE FROM import_change
    WHERE import_id = ${importId}::uuid AND contact_id = ANY(${[...contactIds]}::uuid[]) AND field <> ${CLIENT_FIELD}`;
  return { count, kept };
}
