import { firstBrokenAnchor } from './consent-anchors';
import { type ChainBreak, type ChainedRecord, type ChainHead, ChainReader } from './consent-chain';
import { type Db, Prisma } from './db';
import { millis } from './fact-columns';
import { keysOf } from './keys';

/** What a look at all chains has found. */
export interface Verified {
  readonly contacts: number;
  readonly records: number;
  /** Records whose personal details were erased. */
  readonly erased: number;
  /** Records that have no place in a chain yet: from before there were chains. */
  readonly unchained: number;
  /** The first broken record; null: every chain is whole. */
  readonly broken: ChainBreak | null;
  /** The first anchor that does not fit, if all chains are whole. */
  readonly anchor: { readonly id: number; readonly problem: string } | null;
}

const PAGE = 1_000;
const START = { contactId: '00000000-0000-0000-0000-000000000000', position: 0 };

export const RECORD_COLUMNS = Prisma.sql`n.seq::float8 AS seq, n.contact_id AS "contactId", n.position, n.purpose, n.state, n.basis,
  n.text, n.text_version AS "textVersion", n.locale, n.source, ${millis(Prisma.sql`n.at`)} AS at, n.request_id AS "requestId",
  ${millis(Prisma.sql`n.until`)} AS until, n.personal_digest AS "personalDigest", n.personal, n.salt, n.previous, n.hash`;

type Row = ChainedRecord & { readonly head: ChainHead | null };

/** Looks at every chain, contact by contact, then at every anchor. Reads alone, page by page. */
export async function verifyConsents(db: Db): Promise<Verified> {
  const counts = { contacts: 0, records: 0, erased: 0, unchained: await countUnchained(db) };
  const broken = (await brokenRecord(db, counts)) ?? (await lostChain(db));
  if (broken) return { ...counts, broken, anchor: null };
  const found = await firstBrokenAnchor(db);
  return { ...counts, broken: null, anchor: found ? { id: found.anchor.id, problem: found.problem } : null };
}

interface Counts {
  contacts: number;
  records: number;
  erased: number;
}

interface UnderWay {
  readonly contactId: string;
  readonly reader: ChainReader;
  head: ChainHead | null;
}

async function brokenRecord(db: Db, counts: Counts): Promise<ChainBreak | undefined> {
  const keys = keysOf(db);
  let chain: UnderWay | undefined;
  for await (const row of allRecords(db)) {
    if (chain?.contactId !== row.contactId) {
      const broken = chain?.reader.end(chain.head);
      if (broken) return broken;
      chain = { contactId: row.contactId, reader: new ChainReader(row.contactId, keys), head: row.head };
      counts.contacts += 1;
    }
    const broken = chain.reader.next(row);
    if (broken) return broken;
    chain.head = row.head;
    counts.records += 1;
    if (row.personal === null) counts.erased += 1;
  }
  return chain?.reader.end(chain.head);
}

/** With the head as it was when the record was read: a chain may grow meanwhile. */
async function* allRecords(db: Db): AsyncGenerator<Row> {
  let last: { readonly contactId: string; readonly position: number } = START;
  for (;;) {
    const rows = await db.$queryRaw<Row[]>`
      SELECT ${RECORD_COLUMNS}, ${HEAD} AS head FROM consent n LEFT JOIN consent_head h ON h.contact_id = n.contact_id
      WHERE n.hash IS NOT NULL AND (n.contact_id, n.position) > (${last.contactId}::uuid, ${last.position})
      ORDER BY n.contact_id, n.position LIMIT ${PAGE}`;
    yield* rows;
    const end = rows.at(-1);
    if (!end) return;
    last = end;
  }
}

const HEAD = Prisma.sql`CASE WHEN h.contact_id IS NOT NULL THEN
  json_build_object('position', h.position, 'hash', h.hash, 'mac', h.mac) END`;

/** A contact whose chain has an end and no record. */
async function lostChain(db: Db): Promise<ChainBreak | undefined> {
  const [row] = await db.$queryRaw<{ contactId: string }[]>`
    SELECT h.contact_id AS "contactId" FROM consent_head h
    WHERE NOT EXISTS (SELECT 1 FROM consent n WHERE n.contact_id = h.contact_id AND n.hash IS NOT NULL)
    ORDER BY h.contact_id LIMIT 1`;
  return row && { ...row, position: 1, seq: null, problem: 'the record was removed, and all that followed it' };
}

async function countUnchained(db: Db): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM consent WHERE hash IS NULL`;
  return row?.count ?? 0;
}

/** The chain of one contact, the oldest first, and what is wrong with it. */
export async function chainOf(
  db: Db,
  contactId: string,
): Promise<{ readonly records: readonly ChainedRecord[]; readonly broken: ChainBreak | null }> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT ${RECORD_COLUMNS}, ${HEAD} AS head FROM consent n LEFT JOIN consent_head h ON h.contact_id = n.contact_id
    WHERE n.contact_id = ${contactId}::uuid AND n.hash IS NOT NULL ORDER BY n.position`;
  const records = rows.map(({ head: _head, ...record }) => record);
  const reader = new ChainReader(contactId, keysOf(db));
  for (const record of records) {
    const broken = reader.next(record);
    if (broken) return { records, broken };
  }
  const last = rows.at(-1);
  return { records, broken: last ? (reader.end(last.head) ?? null) : null };
}
