import { type Preference, preferenceChanges, preferencesOf } from '../domain/consent/preferences';
import { consentText, DEFAULT_PURPOSES, isOfMail } from '../domain/consent/purposes';
import type { ConsentProof, ConsentState, ConsentWords } from '../domain/consent/record';
import { EVERY_PURPOSE } from '../domain/consent/scope';
import { EVENTS, type IncomingEvent } from '../domain/event';
import { type Instant, keyOf } from '../domain/ids';
import { findByAddress } from './addresses';
import { type Db, lockContact, type Tx, transaction } from './db';
import { ingestIn } from './ingest';
import { suppressionOf } from './suppressions';
import type { TurnDeps } from './turn';

/** What the preference page shows. */
export interface Preferences {
  readonly email: string;
  readonly locale: string;
  readonly preferences: readonly Preference[];
}

interface Row {
  readonly email: string;
  readonly locale: string;
  readonly isClient: boolean;
  readonly words: { readonly [purpose: string]: { readonly state: ConsentState; readonly seq: number } } | null;
}

interface Standing extends Preferences {
  /** `seq` of the newest word, by purpose: tells one change from the next. */
  readonly seqs: ReadonlyMap<string, number>;
}

async function standing(tx: Tx, { rules }: TurnDeps, contactId: string): Promise<Standing | null> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT c.email, c.locale, EXISTS (SELECT 1 FROM client k WHERE k.contact_id = c.id AND k.status <> 'ended') AS "isClient",
      (SELECT json_object_agg(n.purpose, json_build_object('state', n.state, 'seq', n.seq::float8)) FROM (
        SELECT DISTINCT ON (purpose) purpose, state, seq FROM consent WHERE contact_id = c.id ORDER BY purpose, seq DESC) AS n) AS words
    FROM contact c WHERE c.id = ${contactId}::uuid`;
  if (!row) return null;
  const { email, locale, isClient } = row;
  const words = Object.entries(row.words ?? {});
  const isSuppressed = (await suppressionOf(tx, email.toLowerCase(), ANY_MARKETING)) !== undefined;
  const facts = {
    words: new Map(words.flatMap(([purpose, { state }]) => (state === 'unsaid' ? [] : [[purpose, state]]))),
    isClient,
    isSuppressed,
    consentFor: rules.gate.consentFor,
  };
  const preferences = preferencesOf(rules.purposes ?? DEFAULT_PURPOSES, facts);
  return { email, locale, preferences, seqs: new Map(words.map(([purpose, { seq }]) => [purpose, seq])) };
}

/** A purpose of which no suppression speaks by its name: what is over it is over all marketing. */
const ANY_MARKETING = '';

/** What a contact may choose, and how it stands; null: it is on record no more. */
export async function readPreferences(db: Db, deps: TurnDeps, contactId: string): Promise<Preferences | null> {
  return transaction(db, (tx) => standing(tx, deps, contactId));
}

export interface SavedPreferences {
  readonly contactId: string;
  /** The mail whose link led to the page. */
  readonly sendId: string;
  /** Purposes whose boxes are ticked; `none`: no mail at all, whatever is ticked. */
  readonly choice: readonly string[] | 'none';
  /** The language in which the page was shown. */
  readonly locale: string;
  readonly at: Instant;
  readonly proof: ConsentProof;
}

const SOURCE = 'preferences';

/**
 * Records what has changed on the preference page, in one transaction, under the contact's lock: each change as an event with its
 * proof. The same choice again changes nothing. Answers how it stands then; null: the contact is on record no more.
 */
export function savePreferences(db: Db, deps: TurnDeps, saved: SavedPreferences): Promise<Preferences | null> {
  return transaction(db, async (tx) => {
    const { contactId, choice } = saved;
    if (!(await lockContact(tx, contactId))) return null;
    const before = await standing(tx, deps, contactId);
    if (!before) return null;
    if (choice === 'none') await ingestIn(tx, deps, eventOf(saved, before, { purpose: EVERY_PURPOSE }));
    else
      for (const { purpose, isAllowed } of preferenceChanges(before.preferences, choice))
        await ingestIn(
          tx,
          deps,
          eventOf(saved, before, { purpose, words: isAllowed ? wordsOf(deps, saved, purpose) : undefined }),
        );
    return standing(tx, deps, contactId);
  });
}

function wordsOf({ rules }: TurnDeps, { locale }: SavedPreferences, purpose: string): ConsentWords {
  const declared = rules.purposes ?? DEFAULT_PURPOSES;
  const shown = consentText(declared, purpose, locale);
  if (shown) return { text: shown.text, textVersion: shown.version, locale: shown.locale };
  return { text: declared.purposes[purpose]?.name[locale] ?? purpose, locale };
}

interface Said {
  readonly purpose: string;
  /** Of a yes. */
  readonly words?: ConsentWords | undefined;
}

function eventOf(
  { contactId, sendId, at, proof }: SavedPreferences,
  { seqs }: Standing,
  { purpose, words }: Said,
): IncomingEvent {
  const type = words ? EVENTS.consentGiven : isOfMail(purpose) ? EVENTS.mailUnsubscribed : EVENTS.consentWithdrawn;
  const last = purpose === EVERY_PURPOSE ? Math.max(0, ...seqs.values()) : (seqs.get(purpose) ?? 0);
  return {
    type,
    contactId,
    at,
    idempotencyKey: keyOf(SOURCE, contactId, type, purpose, last),
    properties: { purpose, sendId },
    words: { ...words, source: SOURCE, proof: { ...proof, evidence: { sendId } } },
  };
}

/**
 * Lets the link to the preference page be mailed to an address, if it is that of a contact, by the sequence that enters on it.
 * The answer says nothing of whether it is.
 */
export function askForPreferences(
  db: Db,
  deps: TurnDeps,
  { email, at }: { readonly email: string; readonly at: Instant },
): Promise<void> {
  return transaction(db, async (tx) => {
    const contactId = await findByAddress(tx, email, deps.rules.identity);
    if (contactId === undefined) return;
    const [lead] = await tx.$queryRaw<unknown[]>`SELECT 1 FROM lead WHERE contact_id = ${contactId}::uuid LIMIT 1`;
    await ingestIn(tx, deps, {
      type: EVENTS.preferencesRequested,
      contactId,
      at,
      idempotencyKey: keyOf(EVENTS.preferencesRequested, contactId, Math.floor(at / MINUTE_MS)),
      properties: { as: lead ? 'lead' : 'client' },
    });
  });
}

const MINUTE_MS = 60_000;
