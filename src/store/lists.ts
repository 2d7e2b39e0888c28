import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { type ListBasis, type ListOrigin, type ListRules, listAllows, listSource } from '../domain/lists/rules';
import { isAbout } from './address-sql';
import { recordConsents } from './bulk-consents';
import { type Db, Prisma, type Tx, transaction } from './db';
import { millis } from './fact-columns';

/** What is on record of a mailing list, but for the evidence itself. */
export interface MailingList {
  readonly id: string;
  readonly name: string;
  readonly origin: ListOrigin;
  /** A date: 2026-03-01. */
  readonly collectedOn: string;
  readonly basis: ListBasis;
  /** What the basis is for; null: for no mail. */
  readonly purpose: string | null;
  /** The exact words that were shown. */
  readonly text: string | null;
  readonly evidenceName: string;
  /** SHA-256, as hexadecimal digits. */
  readonly evidenceHash: string;
  readonly offer: string;
  readonly campaign: string | null;
  readonly cost: number | null;
  readonly currency: string | null;
  readonly createdAt: Instant;
}

const COLUMNS = Prisma.sql`m.id, m.name, m.origin, m.collected_on::text AS "collectedOn", m.basis, m.purpose, m.text,
  m.evidence_name AS "evidenceName", m.evidence_hash AS "evidenceHash", m.offer, m.campaign, m.cost::float8 AS cost, m.currency,
  ${millis(Prisma.sql`m.created_at`)} AS "createdAt"`;

export type NewList = MailingList & { readonly evidence: Buffer };

/** Takes a list from the record again that no import has put anybody on. */
export async function forgetIfEmpty(db: Db, listId: string): Promise<void> {
  await db.$executeRaw`
    DELETE FROM mailing_list WHERE id = ${listId}::uuid
      AND NOT EXISTS (SELECT 1 FROM list_entry WHERE list_id = ${listId}::uuid)
      AND NOT EXISTS (SELECT 1 FROM import_run WHERE list_id = ${listId}::uuid)`;
}

/** What may not differ when more entries come to a list: it is what was declared of all of them. */
const DECLARED = ['origin', 'collectedOn', 'basis', 'purpose', 'text', 'evidenceHash', 'offer'] as const;

/** The list of this name, put on record if it is new. Throws VIV_LIST_DIFFERS. */
export function openList(db: Db, list: NewList): Promise<MailingList> {
  return transaction(db, async (tx) => {
    await tx.$executeRaw`
      INSERT INTO mailing_list (id, name, origin, collected_on, basis, purpose, text, evidence_name, evidence_hash, evidence, offer, campaign,
        cost, currency, created_at)
      VALUES (${list.id}::uuid, ${list.name}, ${list.origin}, ${list.collectedOn}::date, ${list.basis}, ${list.purpose}, ${list.text},
        ${list.evidenceName}, ${list.evidenceHash}, ${list.evidence}, ${list.offer}, ${list.campaign}, ${list.cost}::numeric, ${list.currency},
        ${new Date(list.createdAt)})
      ON CONFLICT (name) DO NOTHING`;
    const known = await readList(tx, list.name);
    refuseOther(known, list);
    return known;
  });
}

/** Throws VIV_LIST_DIFFERS. */
export function refuseOther(known: MailingList, list: MailingList): void {
  const other = DECLARED.find((part) => known[part] !== list[part]);
  if (other === undefined) return;
  const shown = (one: string | null) => (one === null ? 'none' : `"${one}"`);
  const problem = `${NAMES[other]} is ${shown(known[other])} on record, and ${shown(list[other])} here`;
  throw failure('VIV_LIST_DIFFERS', { list: list.name, problem });
}

const NAMES: { readonly [P in (typeof DECLARED)[number]]: string } = {
  origin: 'its origin',
  collectedOn: 'its date',
  basis: 'its basis',
  purpose: 'its purpose',
  text: 'its text',
  evidenceHash: 'the hash of its evidence',
  offer: 'its offer',
};

/** Undefined: there is none of this name. */
export async function findList(db: Db | Tx, name: string): Promise<MailingList | undefined> {
  const [list] = await db.$queryRaw<MailingList[]>`SELECT ${COLUMNS} FROM mailing_list m WHERE m.name = ${name}`;
  return list;
}

/** Throws VIV_LIST_UNKNOWN. */
export async function readList(db: Db | Tx, name: string): Promise<MailingList> {
  const list = await findList(db, name);
  if (list) return list;
  const rows = await db.$queryRaw<{ name: string }[]>`SELECT name FROM mailing_list ORDER BY name LIMIT 20`;
  throw failure('VIV_LIST_UNKNOWN', { list: name, known: rows.map((row) => row.name).join(', ') });
}

/** The evidence of a list, as it was given. */
export async function readEvidence(db: Db, listId: string): Promise<Buffer> {
  const [row] = await db.$queryRaw<
    { evidence: Uint8Array }[]
  >`SELECT evidence FROM mailing_list WHERE id = ${listId}::uuid`;
  return Buffer.from(row?.evidence ?? []);
}

/** What became of the entries of a list. */
export interface ListStats {
  readonly list: MailingList;
  readonly entries: number;
  /** Their address was suppressed when they came. */
  readonly suppressed: number;
  /** Entries that became leads. */
  readonly leads: number;
  readonly won: number;
  /** How many became leads by each event. */
  readonly interest: { readonly [event: string]: number };
}

/** Every list with what became of its entries, the newest first; or one of them. */
export async function listStats(db: Db, name?: string): Promise<readonly ListStats[]> {
  const rows = await db.$queryRaw<(MailingList & Omit<ListStats, 'list'>)[]>`
    SELECT ${COLUMNS}, coalesce(e.entries, 0)::int AS entries, coalesce(e.suppressed, 0)::int AS suppressed,
      coalesce(e.leads, 0)::int AS leads, coalesce(e.won, 0)::int AS won, coalesce(i.interest, '{}') AS interest
    FROM mailing_list m
      LEFT JOIN (
        SELECT e.list_id, count(*) AS entries, count(*) FILTER (WHERE e.suppressed) AS suppressed, count(e.lead_id) AS leads,
          count(*) FILTER (WHERE l.stage = 'won') AS won
        FROM list_entry e LEFT JOIN lead l ON l.id = e.lead_id GROUP BY e.list_id) e ON e.list_id = m.id
      LEFT JOIN (
        SELECT list_id, json_object_agg(interest, count ORDER BY interest) AS interest FROM (
          SELECT list_id, interest, count(*) FROM list_entry WHERE interest IS NOT NULL GROUP BY list_id, interest) n
        GROUP BY list_id) i ON i.list_id = m.id
    WHERE ${name ?? null}::text IS NULL OR m.name = ${name ?? null}
    ORDER BY m.created_at DESC, m.name`;
  return rows.map(({ entries, suppressed, leads, won, interest, ...list }) => ({
    list,
    entries,
    suppressed,
    leads,
    won,
    interest,
  }));
}

/** What became of a contact that came with a list. */
export interface AddedEntry {
  readonly contactId: string;
  readonly suppressed: boolean;
  /** Of the proof of consent that came with it. */
  readonly consentSeq?: number | undefined;
}

export interface Entering {
  readonly list: MailingList;
  readonly rules: ListRules;
  readonly importId: string;
  readonly contactIds: readonly string[];
  readonly at: Instant;
}

/**
 * Puts contacts on a list, whose locks the caller holds; who is on it already stays as they are, and is not among the answers. Where the basis
 * allows mail of the list's purpose, that goes on record for whoever has said nothing about it yet and is not suppressed: what a list
 * claims never overturns what somebody has said.
 */
export async function addEntries(
  tx: Tx,
  { list, rules, importId, contactIds, at }: Entering,
): Promise<readonly AddedEntry[]> {
  if (contactIds.length === 0) return [];
  const added = await tx.$queryRaw<AddedEntry[]>`
    INSERT INTO list_entry (list_id, contact_id, import_id, added_at, suppressed)
    SELECT ${list.id}::uuid, c.id, ${importId}::uuid, ${new Date(at)}, EXISTS (
      SELECT 1 FROM suppression WHERE ${isAbout(tx, Prisma.sql`lower(c.email)`)} AND scope IN ('everything', 'marketing'))
    FROM contact c WHERE c.id = ANY(${[...new Set(contactIds)]}::uuid[])
    ON CONFLICT DO NOTHING RETURNING contact_id AS "contactId", suppressed`;
  const { purpose } = list;
  if (purpose === null || !listAllows(rules, list, purpose)) return added;
  const open = await silentOn(
    tx,
    purpose,
    added.filter(({ suppressed }) => !suppressed),
  );
  const seqs = await recordConsents(
    tx,
    open.map((contactId) => consentOf(list, { contactId, purpose })),
  );
  const bySeq = new Map(open.map((contactId, index) => [contactId, seqs[index]]));
  return added.map((entry) => ({ ...entry, consentSeq: bySeq.get(entry.contactId) }));
}

function consentOf(
  list: MailingList,
  { contactId, purpose }: { readonly contactId: string; readonly purpose: string },
) {
  const { name, origin, collectedOn, basis, text, evidenceName, evidenceHash } = list;
  return {
    contactId,
    purpose,
    granted: true,
    basis: basis === 'none' ? 'consent' : basis, // a list whose basis is none allows nothing, and does not come here
    text: text ?? `Held on the basis ${basis} by the list ${name} (${origin}, ${collectedOn}).`,
    source: listSource(name),
    at: Date.parse(collectedOn),
    proof: { evidence: { list: name, origin, collectedOn, file: evidenceName, sha256: evidenceHash } },
  } as const;
}

/** Those who have said neither yes nor no. */
async function silentOn(tx: Tx, purpose: string, entries: readonly AddedEntry[]): Promise<readonly string[]> {
  const ids = entries.map(({ contactId }) => contactId);
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT i.id FROM unnest(${ids}::uuid[]) AS i(id)
    WHERE coalesce((SELECT n.state FROM consent n WHERE n.contact_id = i.id AND n.purpose = ${purpose}
      ORDER BY n.seq DESC LIMIT 1), 'unsaid') = 'unsaid'`;
  return rows.map(({ id }) => id);
}

/** The list that somebody stands on who is neither lead nor client, the newest of several, as one JSON value; null: there is none. */
export const listedSql = (contactId: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT json_build_object('list', m.name, 'origin', m.origin, 'basis', m.basis)
  FROM list_entry e JOIN mailing_list m ON m.id = e.list_id
  WHERE e.contact_id = ${contactId} AND NOT EXISTS (SELECT 1 FROM lead WHERE contact_id = e.contact_id)
    AND NOT EXISTS (SELECT 1 FROM client WHERE contact_id = e.contact_id)
  ORDER BY e.added_at DESC, e.list_id DESC LIMIT 1)`;

export type ListOfEntry = Pick<MailingList, 'name' | 'offer' | 'campaign'>;

/** The list whose entry becomes a lead when a contact shows interest, by contact; of several the newest. Whoever has a lead has none. */
export async function listsOfEntries(tx: Tx, contactIds: readonly string[]): Promise<ReadonlyMap<string, ListOfEntry>> {
  const rows = await tx.$queryRaw<(ListOfEntry & { readonly contactId: string })[]>`
    SELECT DISTINCT ON (e.contact_id) e.contact_id AS "contactId", m.name, m.offer, m.campaign
    FROM list_entry e JOIN mailing_list m ON m.id = e.list_id
    WHERE e.contact_id = ANY(${[...contactIds]}::uuid[]) AND e.lead_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM lead WHERE contact_id = e.contact_id)
    ORDER BY e.contact_id, e.added_at DESC, e.list_id DESC`;
  return new Map(rows.map(({ contactId, ...list }) => [contactId, list]));
}
