import { isCarried } from '../../domain/identity/merge';
import type { Instant } from '../../domain/ids';
import { addressHashSql, isAbout } from '../address-sql';
import { type NewestConsent, newestConsents, recordConsent } from '../consents';
import { Prisma, type Tx } from '../db';
import type { MergeLog, Merging } from './log';

type Basis = Parameters<typeof recordConsent>[1]['basis'];

interface Saying {
  readonly contactId: string;
  readonly purpose: string;
  readonly word: NewestConsent;
  readonly source: string;
  readonly evidence: { readonly [key: string]: string };
}

/** Appends a word that was said under another contact, or before: with its own words, time and state. */
async function append(tx: Tx, { contactId, purpose, word, source, evidence }: Saying): Promise<string> {
  const { state, basis, text, textVersion, locale, at, requestId, until } = word;
  const request =
    requestId === null ? undefined : { id: requestId, ...(state === 'requested' && until !== null ? { until } : {}) };
  await recordConsent(tx, {
    contactId,
    purpose,
    granted: state === 'given',
    basis: basis as Basis, // of a record: no other was ever written
    text,
    textVersion: textVersion ?? undefined,
    locale: locale ?? undefined,
    source,
    at,
    request,
    proof: { evidence },
  });
  const [row] = await tx.$queryRaw<{ seq: string }[]>`
    SELECT max(seq)::text AS seq FROM consent WHERE contact_id = ${contactId}::uuid`;
  return row?.seq ?? '';
}

/** What a merge has carried into the chain of who stays; `own`: what it had said of the purpose itself. */
export interface Carried {
  readonly purpose: string;
  readonly seq: string;
  readonly own: NewestConsent | null;
}

/**
 * Appends to the chain of who stays what the other has said later about a purpose: records are never moved, and each names the contact
 * in whose chain its proof stands.
 */
export async function carryWords(tx: Tx, log: MergeLog, merging: Merging): Promise<readonly Carried[]> {
  const { contactId, mergedId, mergeId } = merging;
  const own = await newestConsents(tx, contactId);
  const carried: Carried[] = [];
  for (const [purpose, word] of await newestConsents(tx, mergedId)) {
    const before = own.get(purpose);
    if (!isCarried(before, word)) continue;
    const evidence = { merge: mergeId, contact: mergedId, source: word.source };
    const seq = await append(tx, { contactId, purpose, word, source: `merge (${word.source})`, evidence });
    carried.push({ purpose, seq, own: before ?? null });
  }
  const before = carried.map(({ purpose, seq, own: word }) => ({
    purpose,
    seq,
    own: word === null ? null : { ...word },
  }));
  await log.added({ table: 'consent', keys: carried.map(({ seq }) => seq), before });
  return carried;
}

/**
 * Where nothing was said since, lets what the contact had said itself stand again; what it had said nothing about is not allowed: a chain
 * forgets nothing, so nobody can make it say nothing.
 */
export async function takeWordsBack(
  tx: Tx,
  o: {
    readonly contactId: string;
    readonly mergeId: string;
    readonly carried: readonly Carried[];
    readonly at: Instant;
  },
): Promise<void> {
  for (const { purpose, seq, own } of o.carried) {
    const [newest] = await tx.$queryRaw<{ seq: string; basis: string }[]>`
      SELECT seq::text AS seq, basis FROM consent WHERE contact_id = ${o.contactId}::uuid AND purpose = ${purpose}
      ORDER BY consent.seq DESC LIMIT 1`;
    if (newest?.seq !== seq) continue;
    const nothing: NewestConsent = {
      state: 'withdrawn',
      source: 'unmerge',
      basis: newest.basis,
      text: 'A merge with another contact, who had said this, was taken back.',
      textVersion: null,
      locale: null,
      at: o.at,
      requestId: null,
      until: null,
    };
    const word = own ?? nothing;
    const source = own ? `unmerge (${own.source})` : 'unmerge';
    await append(tx, { contactId: o.contactId, purpose, word, source, evidence: { merge: o.mergeId } });
  }
}

/**
 * What the person has said against mail holds for the address of who stays, too. What a server has said of a mailbox (bounces) is about
 * that one alone.
 */
export async function carrySuppressions(
  tx: Tx,
  log: MergeLog,
  { own, other }: { readonly own: string; readonly other: string },
): Promise<number> {
  const [to, from] = [Prisma.sql`lower(${own}::text)`, Prisma.sql`lower(${other}::text)`];
  const rows = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO suppression (email, hash, scope, reason, at, import_id)
    SELECT ${to}, ${addressHashSql(tx, to)}, scope, reason, at, import_id FROM suppression
    WHERE ${isAbout(tx, from)} AND reason NOT IN ('hard_bounce', 'soft_bounces')
    ON CONFLICT DO NOTHING RETURNING id::text AS id`;
  await log.added({ table: 'suppression', keys: rows.map(({ id }) => id) });
  return rows.length;
}
