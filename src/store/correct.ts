import { DEFAULT_PURPOSES } from '../domain/consent/purposes';
import { failure } from '../domain/errors';
import { EVENTS } from '../domain/event';
import { normalizeAddress } from '../domain/identity/address';
import { normalizePhone } from '../domain/identity/phone';
import { DEFAULT_IDENTITY } from '../domain/identity/rules';
import { type Instant, type Json, keyOf } from '../domain/ids';
import { spellingOf } from './addresses';
import type { NewestConsent } from './consents';
import { newestConsents, recordConsent } from './consents';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { refit } from './fit';
import { ingestIn } from './ingest';
import { addressHash } from './keys';
import { pgCode } from './pg-code';
import type { TurnDeps } from './turn';

/** What a person says is wrong. Absent: it stays. */
export interface Correction {
  readonly contactId: string;
  readonly email?: string | undefined;
  /** Null: it is taken out. */
  readonly name?: string | null | undefined;
  /** Kept as the attribute `phone`, in E.164. Null: it is taken out. */
  readonly phone?: string | null | undefined;
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
  /** Null: it is taken out. */
  readonly attributes?: { readonly [name: string]: Json } | undefined;
  /** For whoever asks why. */
  readonly reason: string;
  readonly by: string;
  readonly now: Instant;
  /** Makes it count once. */
  readonly key: string;
}

export interface Corrected {
  readonly contactId: string;
  /** Names of what has changed: `email`, `attributes.city`. Nothing: all of it was so already. */
  readonly changed: readonly string[];
  /** Purposes that the new address is asked to confirm. */
  readonly asked: readonly string[];
  /** Purposes that nobody could be asked about: they are allowed no more. */
  readonly lapsed: readonly string[];
}

interface Row {
  readonly email: string;
  readonly name: string | null;
  readonly locale: string;
  readonly timeZone: string;
  readonly attributes: { readonly [name: string]: Json };
}

/**
 * Corrects what is on record about a contact, in one transaction under its lock: GDPR art. 16, LGPD art. 18 III. The log keeps which
 * fields were wrong, not what stood there. A consent for the old address does not cover the new one: see docs/privacy.md. Journeys under
 * way see it. Throws VIV_CONTACT_UNKNOWN, VIV_ADDRESS_INVALID, VIV_ADDRESS_TAKEN, VIV_PHONE_INVALID.
 */
export async function correctContact(db: Db, deps: TurnDeps, correction: Correction): Promise<Corrected> {
  const wanted = wantedOf(deps, correction); // before anything is locked: bad input is told first
  try {
    return await transaction(db, (tx) => correctIn(tx, deps, correction, wanted));
  } catch (error) {
    throw isTaken(error)
      ? failure('VIV_ADDRESS_TAKEN', { address: wanted.email ?? '', contact: 'just put on record' }, error)
      : error;
  }
}

/** PostgreSQL's unique_violation: somebody was put on record under the address meanwhile. */
const isTaken = (error: unknown): boolean => pgCode(error) === '23505';

type Wanted = Partial<Omit<Row, 'attributes'>> & { readonly attributes: Row['attributes'] };

function wantedOf({ rules }: TurnDeps, correction: Correction): Wanted {
  const { email, name, phone, locale, timeZone, attributes = {} } = correction;
  const identity = rules.identity ?? DEFAULT_IDENTITY;
  const given = { name, locale, timeZone, email: email === undefined ? undefined : addressOf(email, identity) };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const numbers: Row['attributes'] =
    phone === undefined ? {} : { phone: phone === null ? null : phoneOf(phone, identity.defaultCountry) };
  return { ...present, attributes: { ...attributes, ...numbers } };
}

function addressOf(email: string, identity: Parameters<typeof normalizeAddress>[1]): string {
  const read = normalizeAddress(email, identity);
  if (read.type === 'refused') throw failure(read.code, { address: email, problem: read.problem });
  return read.address;
}

function phoneOf(phone: string, country: string | undefined): string {
  const read = normalizePhone(phone, country);
  if (read.type === 'refused') throw failure(read.code, { phone, problem: read.problem });
  return read.phone;
}

async function correctIn(tx: Tx, deps: TurnDeps, correction: Correction, wanted: Wanted): Promise<Corrected> {
  const { contactId, now: at, reason, by, key } = correction;
  if (!(await lockContact(tx, contactId))) throw failure('VIV_CONTACT_UNKNOWN', { contact: contactId });
  const before = await readRow(tx, contactId);
  const changed = changesIn(before, wanted);
  if (changed.length === 0) return { contactId, changed, asked: [], lapsed: [] };
  const isMoved = changed.includes('email') && wanted.email !== undefined;
  if (isMoved) await moveKeys(tx, deps, { contactId, from: before.email, to: wanted.email ?? '' });
  await write(tx, contactId, { ...before, ...wanted, attributes: attributesAfter(before, wanted) });
  const words = isMoved
    ? await moveWords(tx, deps, { correction, from: before.email, to: wanted.email ?? '' })
    : NO_WORDS;
  await refit(tx, deps.rules.scoring, { contactId, at });
  // behind the change: whoever is woken by it sees it
  await ingestIn(tx, deps, {
    type: EVENTS.contactCorrected,
    contactId,
    at,
    idempotencyKey: keyOf(EVENTS.contactCorrected, contactId, key),
    properties: { changed, reason, by },
  });
  return { contactId, changed, ...words };
}

const NO_WORDS = { asked: [], lapsed: [] } as const;

async function readRow(tx: Tx, contactId: string): Promise<Row> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT email, name, locale, time_zone AS "timeZone", attributes FROM contact WHERE id = ${contactId}::uuid`;
  if (!row) throw new TypeError('whoever holds the lock of a contact has read it');
  return row;
}

const FIELDS = ['email', 'name', 'locale', 'timeZone'] as const;

function changesIn(before: Row, wanted: Wanted): readonly string[] {
  const fields = FIELDS.filter((field) => wanted[field] !== undefined && wanted[field] !== before[field]);
  const attributes = Object.entries(wanted.attributes).filter(
    ([name, value]) => JSON.stringify(before.attributes[name] ?? null) !== JSON.stringify(value),
  );
  return [...fields, ...attributes.map(([name]) => `attributes.${name}`)];
}

const attributesAfter = (before: Row, wanted: Wanted): Row['attributes'] =>
  Object.fromEntries(
    Object.entries({ ...before.attributes, ...wanted.attributes }).filter(([, value]) => value !== null),
  );

/** The contact is found by the new address, and by the old one no more. Throws VIV_ADDRESS_TAKEN. */
async function moveKeys(
  tx: Tx,
  { rules }: TurnDeps,
  { contactId, from, to }: { readonly contactId: string; readonly from: string; readonly to: string },
): Promise<void> {
  const [old, next] = [from, to].map((email) => spellingOf(email, rules.identity));
  if (!old || !next) return;
  await tx.$executeRaw`
    DELETE FROM contact_address WHERE contact_id = ${contactId}::uuid AND key = ANY(${[old.exact, old.home]}::text[])`;
  const keys = [...new Set([next.exact, next.home])];
  await tx.$executeRaw`
    INSERT INTO contact_address (key, contact_id, home, derived)
    SELECT key, ${contactId}::uuid, ${next.home}, key <> ${next.exact} FROM unnest(${keys}::text[]) AS key ON CONFLICT (key) DO NOTHING`;
  const others = await tx.$queryRaw<{ id: string }[]>`
    SELECT contact_id AS id FROM contact_address WHERE key = ANY(${keys}::text[]) AND contact_id <> ${contactId}::uuid`;
  const [other] = others;
  if (other) throw failure('VIV_ADDRESS_TAKEN', { address: to, contact: other.id });
}

async function write(tx: Tx, contactId: string, { email, name, locale, timeZone, attributes }: Row): Promise<void> {
  await tx.$executeRaw`
    UPDATE contact SET email = ${email}, name = ${name}, locale = ${locale}, time_zone = ${timeZone},
      attributes = ${JSON.stringify(attributes)}::jsonb
    WHERE id = ${contactId}::uuid`;
}

interface Move {
  readonly correction: Correction;
  readonly from: string;
  readonly to: string;
}

/**
 * What somebody has said goes along with them: who said no gets no mail by having another address. A yes was proved for the old address
 * alone: the new one is asked by double opt-in, and until it confirms the gate holds mails back.
 */
async function moveWords(tx: Tx, deps: TurnDeps, move: Move): Promise<Pick<Corrected, 'asked' | 'lapsed'>> {
  await copySuppressions(tx, move);
  const { contactId } = move.correction;
  const given = [...(await newestConsents(tx, contactId))].filter(
    ([, word]) => word.basis === 'consent' && word.state !== 'withdrawn',
  );
  const [lead] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM lead WHERE contact_id = ${contactId}::uuid ORDER BY created_at DESC, id DESC LIMIT 1`;
  const purposes = given.map(([purpose]) => purpose);
  for (const [purpose, word] of given) await askAnew(tx, deps, { ...move, purpose, word, leadId: lead?.id });
  return lead ? { asked: purposes, lapsed: [] } : { asked: [], lapsed: purposes };
}

/** Bounces are of the mailbox, and stay with it. */
async function copySuppressions(tx: Tx, move: Move): Promise<void> {
  const [from, to] = [move.from, move.to].map((email) => email.toLowerCase());
  if (from === undefined || to === undefined) return;
  await tx.$executeRaw`
    INSERT INTO suppression (email, hash, scope, reason, at)
    SELECT ${to}, ${addressHash(tx, to)}, scope, reason, at FROM suppression
    WHERE (email = ${from} OR hash = ${addressHash(tx, from)}) AND reason NOT IN (${Prisma.join(OF_MAILBOX)})
    ON CONFLICT DO NOTHING`;
}
const OF_MAILBOX = ['hard_bounce', 'soft_bounces'];

interface Asking extends Move {
  readonly purpose: string;
  readonly word: NewestConsent;
  readonly leadId: string | undefined;
}

/** With no lead the sequence of double opt-in lets nobody in: then the yes ends. */
async function askAnew(tx: Tx, deps: TurnDeps, { correction, purpose, word, leadId }: Asking): Promise<void> {
  const { contactId, now: at, key } = correction;
  const { text, textVersion, locale } = word;
  const said = { contactId, purpose, granted: false, basis: 'consent', source: 'address corrected', at } as const;
  const words = { text, textVersion: textVersion ?? undefined, locale: locale ?? undefined };
  if (leadId === undefined) return recordConsent(tx, { ...said, ...words });
  const id = keyOf('address corrected', contactId, purpose, key);
  const { expiresAfter } = (deps.rules.purposes ?? DEFAULT_PURPOSES).doubleOptIn;
  await recordConsent(tx, { ...said, ...words, request: { id, until: at + expiresAfter } });
  await ingestIn(tx, deps, {
    type: EVENTS.consentRequested,
    contactId,
    leadId,
    at,
    idempotencyKey: keyOf(EVENTS.consentRequested, id),
    properties: { purpose, request: id },
  });
}
