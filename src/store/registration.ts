import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json';
import type { ConsentBasis, ConsentProof } from '../domain/consent/record';
import { failure } from '../domain/errors';
import { EVENTS, type IncomingEvent, LEAD_REPEATED } from '../domain/event';
import { type Instant, type Json, keyOf } from '../domain/ids';
import { upsertContact } from './contacts';
import { type Db, type Tx, transaction } from './db';
import { ingestIn } from './ingest';
import { openLead } from './leads';
import { askToConfirm, recordWord } from './opt-in';
import { joinByDomain, joinOrganisation, type OrganisationInput } from './organisations';
import type { TurnDeps } from './turn';

/** Interest in one offer, by whatever way it came: form, API, import. */
export interface Registration {
  /** The same key and content count once; another content under the same key is refused. */
  readonly idempotencyKey: string;
  readonly at: Instant;
  readonly contact: {
    readonly email: string;
    readonly name?: string;
    readonly timeZone?: string;
    readonly locale?: string;
    readonly attributes?: { readonly [key: string]: Json };
    readonly tags?: readonly string[];
    readonly organisation?: OrganisationInput;
  };
  readonly lead: { readonly offer: string; readonly source: string; readonly campaign?: string };
  readonly consent?: {
    readonly purpose: string;
    readonly granted: boolean;
    readonly basis: ConsentBasis;
    /** The exact words that were shown. */
    readonly text: string;
    readonly textVersion?: string;
    /** Of the text. */
    readonly locale?: string;
    /** It holds only once it is confirmed by a link that is mailed. */
    readonly doubleOptIn?: boolean;
    /** What shows that they said it: counts for no key. */
    readonly proof?: ConsentProof;
  };
  /** The hosted form that was sent. */
  readonly form?: string;
}

export interface Registered {
  readonly contactId: string;
  readonly leadId: string;
  readonly interactionId: string;
  /** The same registration came before: nothing was done again. */
  readonly duplicate: boolean;
  /** Ids of the workflows that were woken. */
  readonly pokes: readonly string[];
}

/** `registerIn` in a transaction of its own. */
export function register(db: Db, deps: TurnDeps, input: Registration): Promise<Registered> {
  return transaction(db, (tx) => registerIn(tx, deps, input));
}

/**
 * Records contact, consent, lead and the events that tell of them, all in the caller's transaction, under the
 * contact's lock. Once per idempotency key. Throws VIV_IDEMPOTENCY_CONFLICT.
 */
export async function registerIn(tx: Tx, deps: TurnDeps, input: Registration): Promise<Registered> {
  const inputHash = hashOf(input);
  const earlier = await findEarlier(tx, input.idempotencyKey, inputHash);
  if (earlier) return earlier;
  const contact = await upsertContact(tx, { ...input.contact, at: input.at }, deps.rules); // holds the contact's lock from here on
  // a rival with the same key may have committed while the lock was awaited
  const rival = contact.created ? undefined : await findEarlier(tx, input.idempotencyKey, inputHash);
  if (rival) return rival;
  if (input.contact.organisation)
    await joinOrganisation(tx, { contactId: contact.id, organisation: input.contact.organisation, at: input.at });
  else await joinByDomain(tx, deps.rules, { contactId: contact.id, at: input.at });
  const request = await recordWord(tx, deps, { input, contactId: contact.id });
  const lead = await openLead(tx, deps.rules, { contactId: contact.id, ...input.lead, at: input.at, form: input.form });
  const told = await tell(tx, deps, { input, inputHash, contactId: contact.id, lead });
  const asked =
    request === undefined
      ? undefined
      : await askToConfirm(tx, deps, { input, contactId: contact.id, leadId: lead.id, request });
  return { contactId: contact.id, leadId: lead.id, ...told, pokes: [...told.pokes, ...(asked?.pokes ?? [])] };
}

interface Recorded {
  readonly input: Registration;
  readonly inputHash: string;
  readonly contactId: string;
  readonly lead: { readonly id: string; readonly created: boolean };
}

/** The events of a registration. The last one holds the caller's key: it is what a repetition finds. */
async function tell(tx: Tx, deps: TurnDeps, { input, inputHash, contactId, lead }: Recorded) {
  const { form, at, idempotencyKey } = input;
  const { offer, source, campaign } = input.lead;
  const about = { contactId, leadId: lead.id, at };
  const properties = { offer, source, ...(campaign === undefined ? {} : { campaign }), inputHash };
  const creation: IncomingEvent = {
    type: EVENTS.leadCreated,
    ...about,
    idempotencyKey: keyOf(EVENTS.leadCreated, lead.id),
    properties,
  };
  const created = form !== undefined && lead.created ? await ingestIn(tx, deps, creation) : undefined;
  const told = await ingestIn(tx, deps, {
    type: form !== undefined ? EVENTS.formSubmitted : lead.created ? EVENTS.leadCreated : LEAD_REPEATED,
    ...about,
    idempotencyKey,
    properties: form !== undefined ? { form, ...properties } : properties,
  });
  const pokes = [...(created?.pokes ?? []), ...told.pokes];
  return { interactionId: told.interactionId, duplicate: told.duplicate, pokes };
}

/** What the caller said, without the time: a retry with no `at` of its own is still the same registration. */
export function hashOf({ contact, lead, consent, form }: Registration): string {
  const said = consent && { ...consent, proof: undefined };
  return createHash('sha256')
    .update(canonicalJson({ contact, lead, consent: said, form }))
    .digest('base64url')
    .slice(0, 22);
}

interface EarlierRow {
  readonly id: string;
  readonly contact_id: string;
  readonly lead_id: string | null;
  readonly input_hash: string | null;
}

async function findEarlier(tx: Tx, key: string, inputHash: string): Promise<Registered | undefined> {
  const [row] = await tx.$queryRaw<EarlierRow[]>`
    SELECT id, contact_id, lead_id, properties->>'inputHash' AS input_hash FROM interaction WHERE idempotency_key = ${key}`;
  if (!row) return undefined;
  if (row.input_hash !== inputHash || row.lead_id === null) throw failure('VIV_IDEMPOTENCY_CONFLICT', { key });
  return {
    contactId: row.contact_id,
    leadId: row.lead_id,
    interactionId: row.id,
    duplicate: true,
    pokes: [],
  };
}
