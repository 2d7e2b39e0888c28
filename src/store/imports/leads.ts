import { PROFILING } from '../../domain/consent/purposes';
import { purposeScope } from '../../domain/consent/scope';
import { failure, type ViveiroError } from '../../domain/errors';
import { EVENTS, type IncomingEvent, LEAD_REPEATED } from '../../domain/event';
import type { Instant } from '../../domain/ids';
import type { MergeRules } from '../../domain/importing/merge';
import { type BulkConsent, recordConsents } from '../bulk-consents';
import { fitsOf } from '../bulk-fit';
import type { Db, Tx } from '../db';
import { followUp } from '../ingest';
import { openLeads } from '../leads';
import { askToConfirm, recordWord } from '../opt-in';
import { joinAllByDomain } from '../organisations';
import { hashOf, type Registration } from '../registration';
import { liftUnsubscribed } from '../suppressions';
import type { TurnDeps } from '../turn';
import { type PutContact, putContacts } from './contacts';
import { insertEvents } from './events';
import type { RecordedRow } from './rows';
import { wavesOf } from './waves';

/** A row that registers interest. */
export interface LeadRow {
  readonly number: number;
  readonly registration: Registration;
}

/** What became of each row, in their order; an error: the row was refused, and the others stand. */
export type LeadOutcome = RecordedRow | { readonly number: number; readonly outcome: 'repeated' } | ViveiroError;

interface Fresh extends LeadRow {
  readonly inputHash: string;
  readonly put: PutContact;
}

/**
 * What `registerIn` does, for many rows at once: contacts, consents, leads, their scores and events, in about a dozen statements; who
 * enters a sequence enters it one by one. Each key counts once.
 */
export async function recordLeads(
  tx: Tx,
  deps: TurnDeps,
  { rows, merge }: { readonly rows: readonly LeadRow[]; readonly merge: MergeRules },
): Promise<readonly LeadOutcome[]> {
  const outcomes = new Map<number, LeadOutcome>();
  const waves = wavesOf(rows, ({ registration }) => registration.contact.email, deps.rules.identity);
  for (const wave of waves) await recordWave(tx, deps, { wave, merge, outcomes });
  return rows.map(({ number }) => outcomes.get(number) as LeadOutcome); // each row is repeated, refused or fresh
}

interface Wave {
  readonly wave: readonly LeadRow[];
  readonly merge: MergeRules;
  readonly outcomes: Map<number, LeadOutcome>;
}

async function recordWave(tx: Tx, deps: TurnDeps, { wave, merge, outcomes }: Wave): Promise<void> {
  const news = await withoutRepeated(tx, wave, outcomes);
  const put = await putContacts(
    tx,
    news.map(({ registration: { contact, at } }) => ({ contact, at })),
    { merge, identity: deps.rules.identity, joins: true },
  );
  const fresh = news.map((row, index): Fresh => ({ ...row, put: put[index] as PutContact })); // one for each row
  for (const row of await recordFresh(tx, deps, fresh)) outcomes.set(row.number, row);
}

/** Keys that have been used, with the hash of what was said under them. */
export async function usedKeys(db: Db | Tx, keys: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  if (keys.length === 0) return new Map();
  const found = await db.$queryRaw<{ key: string; inputHash: string | null }[]>`
    SELECT idempotency_key AS key, properties->>'inputHash' AS "inputHash"
    FROM interaction WHERE idempotency_key = ANY(${[...keys]}::text[])`;
  return new Map(found.map(({ key, inputHash }) => [key, inputHash]));
}

/** Rows whose key has not been used: by an import before, nor by a row above. */
async function withoutRepeated(
  tx: Tx,
  rows: readonly LeadRow[],
  outcomes: Map<number, LeadOutcome>,
): Promise<readonly Omit<Fresh, 'put'>[]> {
  const used = new Map(
    await usedKeys(
      tx,
      rows.map(({ registration }) => registration.idempotencyKey),
    ),
  );
  return rows.flatMap((row) => {
    const { idempotencyKey: key } = row.registration;
    const inputHash = hashOf(row.registration);
    const earlier = used.get(key);
    if (earlier === undefined) {
      used.set(key, inputHash);
      return [{ ...row, inputHash }];
    }
    const { number } = row;
    const isSame = earlier === inputHash;
    outcomes.set(number, isSame ? { number, outcome: 'repeated' } : failure('VIV_IDEMPOTENCY_CONFLICT', { key }));
    return [];
  });
}

async function recordFresh(tx: Tx, deps: TurnDeps, fresh: readonly Fresh[]): Promise<readonly RecordedRow[]> {
  if (fresh.length === 0) return [];
  const standing = fresh.filter(({ put }) => put.outcome !== 'created'); // who is new has joined already
  await joinAllByDomain(tx, deps.rules, asOf(standing));
  const consents = await recordWords(tx, deps, fresh);
  const leads = await openLeads(
    tx,
    fresh.map(({ registration: { lead, at }, put }) => ({
      contactId: put.contactId,
      ...lead,
      at,
      interest: EVENTS.leadCreated,
    })),
  );
  const fits = await fitsOf(tx, deps.rules.scoring, asOf(fresh));
  const events = fresh.map((row, index): IncomingEvent => eventOf(row, leads[index] ?? NO_LEAD));
  const told = await insertEvents(tx, events);
  await followUp(
    tx,
    deps,
    events.map((event, index) => ({ event, interactionId: told[index]?.id ?? '', seq: told[index]?.seq ?? 0 })),
    fits,
  );
  for (const [index, row] of fresh.entries())
    await confirm(tx, deps, { row, request: consents[index]?.request, lead: leads[index] });
  return fresh.map(({ number, put }, index) => ({
    number,
    ...put,
    leadId: leads[index]?.created ? leads[index]?.id : undefined,
    interactionId: told[index]?.id,
    consentSeq: consents[index]?.seq,
  }));
}

/** The contacts of rows, each as of when its row tells it. */
const asOf = (rows: readonly Fresh[]): ReadonlyMap<string, Instant> =>
  new Map(rows.map(({ put, registration }) => [put.contactId, registration.at]));

const NO_LEAD = { id: '', created: false };

function eventOf(
  { registration, inputHash, put }: Fresh,
  lead: { readonly id: string; readonly created: boolean },
): IncomingEvent {
  const { offer, source, campaign } = registration.lead;
  return {
    type: lead.created ? EVENTS.leadCreated : LEAD_REPEATED,
    contactId: put.contactId,
    leadId: lead.id,
    at: registration.at,
    idempotencyKey: registration.idempotencyKey,
    properties: { offer, source, ...(campaign === undefined ? {} : { campaign }), inputHash },
  };
}

interface Word {
  readonly seq?: number;
  /** Of a double opt-in that is to be asked for. */
  readonly request?: string | undefined;
}

/** Consents in one go, but those that need more than a record: objections to profiling, and double opt-in. */
async function recordWords(tx: Tx, deps: TurnDeps, fresh: readonly Fresh[]): Promise<readonly (Word | undefined)[]> {
  const words: (Word | undefined)[] = fresh.map(() => undefined);
  const plain: { readonly index: number; readonly consent: BulkConsent }[] = [];
  for (const [
    index,
    {
      registration: input,
      put: { contactId },
    },
  ] of fresh.entries()) {
    const { consent, lead, at } = input;
    if (!consent) continue;
    const { doubleOptIn, ...said } = consent;
    if (doubleOptIn || said.purpose === PROFILING)
      words[index] = { request: await recordWord(tx, deps, { input, contactId }) };
    else plain.push({ index, consent: { contactId, ...said, source: lead.source, at } });
  }
  const seqs = await recordConsents(
    tx,
    plain.map(({ consent }) => consent),
  );
  for (const [place, { index }] of plain.entries()) words[index] = { seq: seqs[place] ?? 0 };
  await liftAll(
    tx,
    plain.map(({ consent }) => consent),
  );
  return words;
}

/** Their own new word ends what they said by unsubscribing. */
async function liftAll(tx: Tx, consents: readonly BulkConsent[]): Promise<void> {
  const own = consents.filter(({ granted, basis }) => granted && basis === 'consent');
  for (const purpose of new Set(own.map((consent) => consent.purpose))) {
    const contactIds = own.filter((consent) => consent.purpose === purpose).map(({ contactId }) => contactId);
    await liftUnsubscribed(tx, { contactIds, scopes: ['marketing', purposeScope(purpose)] });
  }
}

interface Confirm {
  readonly row: Fresh;
  readonly request: string | undefined;
  readonly lead: { readonly id: string } | undefined;
}

async function confirm(tx: Tx, deps: TurnDeps, { row, request, lead }: Confirm): Promise<void> {
  if (request === undefined || !lead) return;
  const { registration: input, put } = row;
  await askToConfirm(tx, deps, { input, contactId: put.contactId, leadId: lead.id, request });
}
