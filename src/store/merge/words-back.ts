import { isOfMail, PROFILING } from '../../domain/consent/purposes';
import { EVERY_PURPOSE } from '../../domain/consent/scope';
import { EVENTS } from '../../domain/event';
import type { Instant } from '../../domain/ids';
import { type NewestConsent, newestConsents, recordConsent } from '../consents';
import { Prisma, type Tx } from '../db';
import { millis } from '../fact-columns';
import { endProfiling } from '../profiling';
import type { TurnDeps } from '../turn';
import { append, type Carried, IS_OWN_WORD, type WordsOfMerge } from './words';

export interface TakenBack {
  /** Who stayed. */
  readonly contactId: string;
  readonly mergedId: string;
  readonly mergeId: string;
  /** When they were merged. */
  readonly mergedAt: Instant;
  readonly words: WordsOfMerge;
  readonly at: Instant;
}

/** What the person has said while the two were one. */
interface Between {
  /** Purposes about which anything was said. */
  readonly said: ReadonlySet<string>;
  /** The newest no, by purpose. */
  readonly no: ReadonlyMap<string, NewestConsent>;
  /** To all mail that is not transactional; null: nobody did. */
  readonly noToAll: Instant | null;
}

/**
 * Lets the words stand that each of the two had said, once a merge is taken back. A no that was said meanwhile is of both: nobody can say
 * which of them it was. A yes is of who stayed. INV-UNMERGE-STRICT
 */
export async function takeWordsBack(tx: Tx, deps: TurnDeps, taken: TakenBack): Promise<void> {
  const { contactId, mergedId, words, mergeId, at } = taken;
  const between = await saidBetween(tx, taken);
  for (const carried of words.carried) await restoreWord(tx, taken, carried, between);
  await noIsOfBoth(tx, taken, between);
  for (const id of [contactId, mergedId])
    if ((await newestConsents(tx, id)).get(PROFILING)?.state === 'withdrawn')
      await endProfiling(tx, deps, { contactId: id, at, cause: mergeId });
}

async function saidBetween(tx: Tx, { contactId, mergedAt, words }: TakenBack): Promise<Between> {
  const rows = await tx.$queryRaw<(NewestConsent & { readonly purpose: string })[]>`
    SELECT n.purpose, n.state, n.source, n.basis, n.text, n.text_version AS "textVersion", n.locale,
      ${millis(Prisma.sql`n.at`)} AS at, NULL AS "requestId", NULL AS until, n.hash
    FROM consent n WHERE n.contact_id = ${contactId}::uuid AND n.seq > ${words.last}::bigint AND ${IS_OWN_WORD} ORDER BY n.seq`;
  // one who allows nothing any more says no to all of it without a record: nothing is withdrawn twice
  const [all] = await tx.$queryRaw<{ at: Instant | null }[]>`
    SELECT ${millis(Prisma.sql`max(i.at)`)} AS at FROM interaction i
    WHERE i.contact_id = ${contactId}::uuid AND i.at >= ${new Date(mergedAt)} AND (i.type = ${EVENTS.mailComplained}
      OR (i.type = ${EVENTS.mailUnsubscribed} AND i.properties->>'purpose' = ${EVERY_PURPOSE}))`;
  return {
    said: new Set(rows.map(({ purpose }) => purpose)),
    no: new Map(rows.flatMap(({ purpose, ...word }) => (word.state === 'withdrawn' ? [[purpose, word]] : []))),
    noToAll: all?.at ?? null,
  };
}

/** Where nothing was said since: what it had said itself, with the record that says so; or that it had said nothing. */
async function restoreWord(
  tx: Tx,
  { contactId, mergeId, at }: TakenBack,
  { purpose, own }: Carried,
  { said, noToAll }: Between,
): Promise<void> {
  if (said.has(purpose) || (noToAll !== null && isOfMail(purpose))) return;
  if (own)
    return append(tx, {
      contactId,
      purpose,
      word: own,
      source: `restored by unmerge (${own.source})`,
      evidence: { merge: mergeId, record: own.hash },
    });
  await recordConsent(tx, {
    contactId,
    purpose,
    granted: false,
    isUnsaid: true,
    basis: 'consent',
    text: 'Another contact had said this; the merge with it was taken back, and nothing was said before.',
    source: 'restored by unmerge',
    at,
    proof: { evidence: { merge: mergeId } },
  });
}

async function noIsOfBoth(tx: Tx, { mergedId, mergeId }: TakenBack, between: Between): Promise<void> {
  const { no, noToAll } = between;
  const evidence = { unmerge: mergeId };
  const other = await newestConsents(tx, mergedId);
  const allows = (purpose: string) => other.get(purpose)?.state !== 'withdrawn';
  for (const [purpose, word] of no)
    if (allows(purpose))
      await append(tx, {
        contactId: mergedId,
        purpose,
        word,
        source: `unmerge (${word.source})`,
        evidence: { ...evidence, record: word.hash },
      });
  if (noToAll === null) return;
  const rest = [...other.keys()].filter((purpose) => isOfMail(purpose) && allows(purpose) && !no.has(purpose));
  for (const purpose of rest)
    await recordConsent(tx, {
      contactId: mergedId,
      purpose,
      granted: false,
      basis: 'consent',
      text: 'unsubscribed from all mail while the two contacts were one',
      source: 'unmerge',
      at: noToAll,
      proof: { evidence },
    });
}
