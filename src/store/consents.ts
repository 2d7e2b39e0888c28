import type { ConsentBasis, ConsentContent, ConsentProof, ConsentState, SaidState } from '../domain/consent/record';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { headMac, newSalt, personalDigest, recordHash } from './consent-chain';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { millis } from './fact-columns';
import { keysOf } from './keys';

export interface ConsentInput {
  readonly contactId: string;
  readonly purpose: string;
  readonly granted: boolean;
  readonly basis: ConsentBasis;
  /** The exact words that were shown. */
  readonly text: string;
  /** Of the text. */
  readonly textVersion?: string | undefined;
  readonly locale?: string | undefined;
  readonly source: string;
  readonly at: Instant;
  /** The double opt-in that this asks for (then with `until`, when it lapses) or answers. */
  readonly request?: { readonly id: string; readonly until?: Instant } | undefined;
  readonly proof?: ConsentProof | undefined;
  /** Nothing is said any more: what stood was never theirs. */
  readonly isUnsaid?: boolean;
}

interface Head {
  readonly email: string;
  readonly position: number | null;
  readonly hash: string | null;
  readonly hasEarlier: boolean;
}

/**
 * Appends proof of what a contact allows, or allows no more, to its chain, under the contact's lock. Nothing is ever overwritten;
 * the newest row per purpose holds. Throws VIV_CONTACT_UNKNOWN.
 */
export async function recordConsent(tx: Tx, consent: ConsentInput): Promise<void> {
  const { contactId } = consent;
  // first: whoever waits for the lock must read the end of the chain as it is then
  if (!(await lockContact(tx, contactId))) throw failure('VIV_CONTACT_UNKNOWN', { contact: contactId });
  const [row] = await tx.$queryRaw<Head[]>`
    SELECT c.email, h.position, h.hash,
      h.contact_id IS NULL AND EXISTS (SELECT 1 FROM consent n WHERE n.contact_id = c.id) AS "hasEarlier"
    FROM contact c LEFT JOIN consent_head h ON h.contact_id = c.id WHERE c.id = ${contactId}::uuid`;
  if (!row) throw new TypeError('whoever holds the lock of a contact has read it');
  const { position, hash: previous } = row.hasEarlier ? await chainEarlier(tx, contactId) : endOf(row);
  await append(tx, consent, { position: position + 1, previous, email: row.email });
}

const endOf = ({ position, hash }: Pick<Head, 'position' | 'hash'>) => ({ position: position ?? 0, hash: hash ?? '' });

function stateOf({ granted, request, isUnsaid = false }: ConsentInput): ConsentState {
  if (isUnsaid) return 'unsaid';
  if (granted) return 'given';
  return request?.until === undefined ? 'withdrawn' : 'requested';
}

/** Behind which record one is appended. */
export interface Place {
  readonly position: number;
  readonly previous: string;
  readonly email: string;
}

/** A record with all that its row holds, at its place in the chain. */
export function recordOf(consent: ConsentInput, { position, previous, email }: Place) {
  const { contactId, purpose, basis, text, textVersion = null, locale = null, source, at } = consent;
  const { request, proof = {} } = consent;
  const personal = { email, ...proof };
  const salt = newSalt();
  const content: ConsentContent = {
    contactId,
    position,
    purpose,
    state: stateOf(consent),
    basis,
    text,
    textVersion,
    locale,
    source,
    at,
    requestId: request?.id ?? null,
    until: request?.until ?? null,
    personalDigest: personalDigest(salt, personal),
  };
  return { content, personal, salt, hash: recordHash(content, previous) };
}

async function append(tx: Tx, consent: ConsentInput, place: Place): Promise<void> {
  const { position, previous } = place;
  const { contactId, purpose, granted, basis, text, textVersion = null, locale = null, source, at } = consent;
  const { content, personal, salt, hash } = recordOf(consent, place);
  const until = content.until === null ? null : new Date(content.until);
  await tx.$executeRaw`
    WITH written AS (
      INSERT INTO consent (contact_id, purpose, granted, basis, text, source, at, state, text_version, locale, request_id, until,
        position, personal, salt, personal_digest, previous, hash)
      VALUES (${contactId}::uuid, ${purpose}, ${granted}, ${basis}, ${text}, ${source}, ${new Date(at)}, ${content.state},
        ${textVersion}, ${locale}, ${content.requestId}::uuid, ${until}, ${position}, ${JSON.stringify(personal)}::jsonb, ${salt},
        ${content.personalDigest}, ${previous}, ${hash}))
    ${sealed(tx, contactId, { position, hash })}`;
}

function sealed(tx: Tx, contactId: string, end: { readonly position: number; readonly hash: string }): Prisma.Sql {
  const mac = headMac(keysOf(tx), contactId, end);
  return Prisma.sql`
    INSERT INTO consent_head (contact_id, position, hash, mac) VALUES (${contactId}::uuid, ${end.position}, ${end.hash}, ${mac})
    ON CONFLICT (contact_id) DO UPDATE SET position = excluded.position, hash = excluded.hash, mac = excluded.mac`;
}

interface EarlierRow extends Omit<ConsentContent, 'position' | 'personalDigest'> {
  readonly seq: string;
}

/** Gives the records of a contact from before there was a chain their places in it, in the order in which they were written. */
export async function chainEarlier(
  tx: Tx,
  contactId: string,
): Promise<{ readonly position: number; readonly hash: string }> {
  const rows = await tx.$queryRaw<EarlierRow[]>`
    SELECT seq::text AS seq, contact_id AS "contactId", purpose, state, basis, text, text_version AS "textVersion", locale, source,
      ${millis(Prisma.sql`at`)} AS at, request_id AS "requestId", ${millis(Prisma.sql`until`)} AS until
    FROM consent WHERE contact_id = ${contactId}::uuid AND hash IS NULL ORDER BY consent.seq`;
  let end = { position: 0, hash: '' };
  for (const { seq, ...row } of rows) {
    const salt = newSalt();
    const position = end.position + 1;
    const digest = personalDigest(salt, {});
    const hash = recordHash({ ...row, position, personalDigest: digest }, end.hash);
    await tx.$executeRaw`
      UPDATE consent SET position = ${position}, personal = '{}', salt = ${salt}, personal_digest = ${digest},
        previous = ${end.hash}, hash = ${hash} WHERE seq = ${seq}::bigint`;
    end = { position, hash };
  }
  if (rows.length > 0) await tx.$executeRaw(sealed(tx, contactId, end));
  return end;
}

const BATCH = 500;

/** Chains all records from before there were chains. Answers how many contacts had some; doing it again finds none. */
export async function chainAllEarlier(db: Db): Promise<number> {
  let after = '00000000-0000-0000-0000-000000000000';
  let count = 0;
  for (;;) {
    const rows = await db.$queryRaw<{ id: string }[]>`
      SELECT contact_id AS id FROM consent WHERE hash IS NULL AND contact_id > ${after}::uuid
      GROUP BY contact_id ORDER BY contact_id LIMIT ${BATCH}`;
    for (const { id } of rows)
      await transaction(db, async (tx) => {
        await lockContact(tx, id); // another process may be about to append
        await chainEarlier(tx, id);
      });
    count += rows.length;
    const last = rows.at(-1);
    if (!last) return count;
    after = last.id;
  }
}

/** The newest word of a contact about a purpose. */
export interface NewestConsent {
  readonly state: SaidState;
  readonly source: string;
  readonly basis: string;
  readonly text: string;
  readonly textVersion: string | null;
  readonly locale: string | null;
  readonly at: Instant;
  readonly requestId: string | null;
  readonly until: Instant | null;
  /** Of its record: names it in its chain. Null: from before there were chains. */
  readonly hash: string | null;
}

/** The newest words of a contact, by purpose; of what it has said nothing about there is none. */
export async function newestConsents(tx: Tx | Db, contactId: string): Promise<ReadonlyMap<string, NewestConsent>> {
  const rows = await tx.$queryRaw<(NewestConsent & { readonly purpose: string })[]>`
    SELECT n.purpose, n.state, n.source, n.basis, n.text, n.text_version AS "textVersion", n.locale,
      ${millis(Prisma.sql`n.at`)} AS at, n.request_id AS "requestId", ${millis(Prisma.sql`n.until`)} AS until, n.hash
    FROM (SELECT DISTINCT ON (purpose) * FROM consent WHERE contact_id = ${contactId}::uuid ORDER BY purpose, seq DESC) AS n
    WHERE n.state <> 'unsaid' ORDER BY n.purpose`;
  return new Map(rows.map(({ purpose, ...newest }) => [purpose, newest]));
}

/** `seq` of the newest yes to a purpose; null: there is none. */
export async function lastGiven(
  db: Db,
  { contactId, purpose }: { readonly contactId: string; readonly purpose: string },
): Promise<number | null> {
  const [row] = await db.$queryRaw<{ seq: number | null }[]>`
    SELECT max(seq)::float8 AS seq FROM consent WHERE contact_id = ${contactId}::uuid AND purpose = ${purpose} AND granted`;
  return row?.seq ?? null;
}

/**
 * Erases what is personal in the records of a contact: address, IP, user agent, evidence. What was allowed, when and by which
 * words stays, and the chain stays whole.
 */
export async function eraseConsentDetails(tx: Tx, contactId: string): Promise<number> {
  await tx.$queryRaw`SELECT set_config('viveiro.erasing', ${contactId}, true)`;
  const count = await tx.$executeRaw`
    UPDATE consent SET personal = NULL, salt = NULL WHERE contact_id = ${contactId}::uuid AND personal IS NOT NULL`;
  await tx.$queryRaw`SELECT set_config('viveiro.erasing', '', true)`;
  return count;
}
