import type { ConsentContent } from '../domain/consent/record';
import { headMac } from './consent-chain';
import { type ConsentInput, chainEarlier, recordOf } from './consents';
import type { Tx } from './db';
import { keysOf } from './keys';

/** A plain yes or no: one that asks for no confirmation, and answers none. */
export type BulkConsent = Omit<ConsentInput, 'request'>;

interface End {
  readonly contactId: string;
  readonly email: string;
  readonly position: number;
  readonly hash: string;
  readonly hasEarlier: boolean;
}

/**
 * Appends many proofs of consent to the chains of their contacts, whose locks the caller holds, in the order given: what `recordConsent`
 * does, in three statements. Answers the `seq` of each.
 */
export async function recordConsents(tx: Tx, consents: readonly BulkConsent[]): Promise<readonly number[]> {
  if (consents.length === 0) return [];
  const contactIds = [...new Set(consents.map(({ contactId }) => contactId))];
  const ends = await endsOf(tx, contactIds);
  for (const end of [...ends.values()])
    if (end.hasEarlier) ends.set(end.contactId, { ...end, ...(await chainEarlier(tx, end.contactId)) });
  const rows = consents.map((consent) => {
    const end = ends.get(consent.contactId);
    if (!end) throw new TypeError('whoever holds the lock of a contact has read it');
    const record = recordOf(consent, { position: end.position + 1, previous: end.hash, email: end.email });
    ends.set(consent.contactId, { ...end, position: end.position + 1, hash: record.hash });
    return { ...record, previous: end.hash, granted: consent.granted };
  });
  const seqs = await insertRecords(tx, rows);
  await seal(tx, [...ends.values()]);
  return rows.map(({ content: { contactId, position } }) => seqs.get(`${contactId} ${position}`) ?? 0);
}

async function endsOf(tx: Tx, contactIds: readonly string[]): Promise<Map<string, End>> {
  const rows = await tx.$queryRaw<End[]>`
    SELECT c.id AS "contactId", c.email, coalesce(h.position, 0) AS position, coalesce(h.hash, '') AS hash,
      h.contact_id IS NULL AND EXISTS (SELECT 1 FROM consent n WHERE n.contact_id = c.id) AS "hasEarlier"
    FROM contact c LEFT JOIN consent_head h ON h.contact_id = c.id WHERE c.id = ANY(${[...contactIds]}::uuid[])`;
  return new Map(rows.map((row) => [row.contactId, row]));
}

interface NewRecord {
  readonly content: ConsentContent;
  readonly personal: object;
  readonly salt: string;
  readonly hash: string;
  readonly previous: string;
  readonly granted: boolean;
}

async function insertRecords(tx: Tx, records: readonly NewRecord[]): Promise<ReadonlyMap<string, number>> {
  const rows = records.map(({ content, ...record }) => ({
    ...record,
    ...content,
    at: new Date(content.at).toISOString(),
  }));
  const written = await tx.$queryRaw<{ contactId: string; position: number; seq: number }[]>`
    INSERT INTO consent (contact_id, purpose, granted, basis, text, source, at, state, text_version, locale, position, personal, salt,
      personal_digest, previous, hash)
    SELECT "contactId", purpose, granted, basis, text, source, at, state, "textVersion", locale, position, personal, salt,
      "personalDigest", previous, hash
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r("contactId" uuid, purpose text, granted boolean, basis text, text text,
      source text, at timestamptz, state text, "textVersion" text, locale text, position int, personal jsonb, salt text,
      "personalDigest" text, previous text, hash text)
    RETURNING contact_id AS "contactId", position, seq::float8 AS seq`;
  return new Map(written.map(({ contactId, position, seq }) => [`${contactId} ${position}`, seq]));
}

async function seal(tx: Tx, ends: readonly End[]): Promise<void> {
  const keys = keysOf(tx);
  const rows = ends.map(({ contactId, position, hash }) => ({
    contact_id: contactId,
    position,
    hash,
    mac: headMac(keys, contactId, { position, hash }),
  }));
  await tx.$executeRaw`
    INSERT INTO consent_head (contact_id, position, hash, mac)
    SELECT contact_id, position, hash, mac
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(contact_id uuid, position int, hash text, mac text)
    ON CONFLICT (contact_id) DO UPDATE SET position = excluded.position, hash = excluded.hash, mac = excluded.mac`;
}
