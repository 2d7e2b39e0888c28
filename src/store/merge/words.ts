import { isCarried } from '../../domain/identity/merge';
import { type NewestConsent, newestConsents, recordConsent } from '../consents';
import { Prisma, type Tx } from '../db';
import type { MergeLog, Merging } from './log';

type Basis = Parameters<typeof recordConsent>[1]['basis'];

export interface Saying {
  readonly contactId: string;
  readonly purpose: string;
  readonly word: NewestConsent;
  readonly source: string;
  readonly evidence: { readonly [key: string]: string | null };
}

/** Appends a word that was said under another contact, or before: with its own words, time and state. */
export async function append(tx: Tx, { contactId, purpose, word, source, evidence }: Saying): Promise<void> {
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
}

/** Where the chain of a contact ends: what is said later has a higher `seq`. */
export async function endOfChain(tx: Tx, contactId: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ seq: string }[]>`
    SELECT coalesce(max(seq), 0)::text AS seq FROM consent WHERE contact_id = ${contactId}::uuid`;
  return row?.seq ?? '0';
}

/** What a merge has carried into the chain of who stays; `own`: what it had said of the purpose itself. */
export interface Carried {
  readonly purpose: string;
  readonly own: NewestConsent | null;
}

/** What is written down of the words of both; `last`: the end of the chain of who stays, once all was carried. */
export interface WordsOfMerge {
  readonly last: string;
  readonly carried: readonly Carried[];
}

/**
 * Appends to the chain of who stays what the other has said about a purpose and holds over its own word: records are never moved, and each
 * names the merge and the record in which its proof stands; not the other contact, of whom nothing may be left here once it is erased.
 */
export async function carryWords(tx: Tx, log: MergeLog, merging: Merging): Promise<readonly Carried[]> {
  const { contactId, mergedId, mergeId } = merging;
  const own = await newestConsents(tx, contactId);
  const carried: Carried[] = [];
  for (const [purpose, word] of await newestConsents(tx, mergedId)) {
    const before = own.get(purpose);
    if (!isCarried(before, word)) continue;
    const evidence = { merge: mergeId, source: word.source, record: word.hash };
    await append(tx, { contactId, purpose, word, source: `merge (${word.source})`, evidence });
    carried.push({ purpose, own: before ?? null });
  }
  const last = await endOfChain(tx, contactId);
  const before = carried.map(({ purpose, own: word }) => ({ purpose, own: word === null ? null : { ...word } }));
  await log.added({ table: 'consent', keys: [last], before });
  return carried;
}

/** What `carryWords` has written down; undefined: of a merge from before it did. */
export async function wordsOfMerge(tx: Tx, mergeId: string): Promise<WordsOfMerge | undefined> {
  const [row] = await tx.$queryRaw<WordsOfMerge[]>`
    SELECT (SELECT max(k::bigint) FROM unnest(keys) AS k)::text AS last, before AS carried FROM contact_merge_row
    WHERE merge_id = ${mergeId}::uuid AND table_name = 'consent'`;
  return row;
}

/** Words that merges have carried, and those by which they were taken back, are nobody's own. */
export const IS_OWN_WORD = Prisma.sql`NOT coalesce(n.personal->'evidence' ? 'merge', false)`;
