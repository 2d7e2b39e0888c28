import { DEFAULT_PURPOSES, PROFILING } from '../domain/consent/purposes';
import type { Decision } from '../domain/decision';
import { EVENTS } from '../domain/event';
import { dayOf } from '../domain/gate/day';
import { type Instant, keyOf } from '../domain/ids';
import { liftFor } from './consent-effects';
import { type NewestConsent, newestConsents, recordConsent } from './consents';
import { type Db, Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import { millis } from './fact-columns';
import { type Ingested, ingestIn } from './ingest';
import { allowProfiling, endProfiling } from './profiling';
import type { Registration } from './registration';
import type { TurnDeps } from './turn';

interface Word {
  readonly input: Registration;
  readonly contactId: string;
}

/**
 * Records what a registration says of consent, under the contact's lock. Of one that needs a confirmation: that it is asked for, and
 * answers the id of the request; undefined: there is nothing to confirm, since it is allowed already, or asked for and open.
 */
export async function recordWord(tx: Tx, deps: TurnDeps, { input, contactId }: Word): Promise<string | undefined> {
  const { consent, lead, at, idempotencyKey } = input;
  if (!consent) return undefined;
  const { doubleOptIn = false, ...said } = consent;
  const record = { contactId, ...said, source: lead.source, at };
  if (!doubleOptIn || !said.granted) {
    await recordConsent(tx, record);
    if (said.purpose === PROFILING)
      await followProfiling(tx, deps, { contactId, at, granted: said.granted, cause: idempotencyKey });
    else if (said.granted && said.basis === 'consent') await liftFor(tx, contactId, said.purpose);
    return undefined;
  }
  const { purpose } = said;
  const before = needless((await newestConsents(tx, contactId)).get(purpose), at);
  if (before !== undefined) {
    const key = keyOf('opt-in', idempotencyKey);
    const reason = `${before}, so no confirmation of ${purpose} mail is asked for`;
    const decision: Decision = { key, contactId, kind: 'consent', outcome: 'unchanged', reason, at };
    await recordDecisions(tx, [decision]);
    return undefined;
  }
  const id = keyOf('opt-in', contactId, purpose, idempotencyKey);
  const { expiresAfter } = (deps.rules.purposes ?? DEFAULT_PURPOSES).doubleOptIn;
  await recordConsent(tx, { ...record, granted: false, request: { id, until: at + expiresAfter } });
  return id;
}

function followProfiling(
  tx: Tx,
  deps: TurnDeps,
  {
    granted,
    ...o
  }: { readonly contactId: string; readonly at: Instant; readonly granted: boolean; readonly cause: string },
): Promise<void> {
  return granted ? allowProfiling(tx, deps, o) : endProfiling(tx, deps, o);
}

/** A stranger's form neither takes back what someone allowed nor makes us write to them again and again. */
function needless(newest: NewestConsent | undefined, at: Instant): string | undefined {
  if (newest?.state === 'given') return `it was allowed on ${dayOf(newest.at)}`;
  if (newest?.state === 'requested' && newest.until !== null && at < newest.until)
    return `it was asked on ${dayOf(newest.at)} and can be confirmed until ${dayOf(newest.until)}`;
  return undefined;
}

/** The event on which the sequence of double opt-in enters, once per request. */
export function askToConfirm(
  tx: Tx,
  deps: TurnDeps,
  { input, contactId, leadId, request }: Word & { readonly leadId: string; readonly request: string },
): Promise<Ingested> {
  return ingestIn(tx, deps, {
    type: EVENTS.consentRequested,
    contactId,
    leadId,
    at: input.at,
    idempotencyKey: keyOf(EVENTS.consentRequested, request),
    properties: { purpose: input.consent?.purpose ?? '', request, ...(input.form ? { form: input.form } : {}) },
  });
}

/** How the double opt-in stands that a mail asks to confirm. */
export interface OptIn {
  readonly requestId: string;
  readonly contactId: string;
  readonly purpose: string;
  /** The words that would be agreed to. */
  readonly text: string;
  readonly locale: string | null;
  readonly askedAt: Instant;
  readonly until: Instant;
  /** When it was confirmed; null: it was not. */
  readonly confirmedAt: Instant | null;
  /** Whether they have said no since. */
  readonly isWithdrawn: boolean;
}

/** The double opt-in that the journey of a send is about; null: it is about none. */
export async function optInOf(db: Db, sendId: string): Promise<OptIn | null> {
  const [row] = await db.$queryRaw<OptIn[]>`
    SELECT r.request_id AS "requestId", r.contact_id AS "contactId", r.purpose, r.text, r.locale,
      ${millis(Prisma.sql`r.at`)} AS "askedAt", ${millis(Prisma.sql`r.until`)} AS until,
      (SELECT ${millis(Prisma.sql`min(y.at)`)} FROM consent y WHERE y.request_id = r.request_id AND y.state = 'given') AS "confirmedAt",
      EXISTS (SELECT 1 FROM consent w WHERE w.contact_id = r.contact_id AND w.purpose = r.purpose AND w.state = 'withdrawn'
        AND w.seq > r.seq AND NOT EXISTS (
          SELECT 1 FROM consent l WHERE l.contact_id = w.contact_id AND l.purpose = w.purpose AND l.seq > w.seq)) AS "isWithdrawn"
    FROM send s JOIN journey j ON j.id = s.journey_id JOIN consent r ON r.request_id::text = j.entry_key
    WHERE s.id = ${sendId}::uuid AND r.state = 'requested' AND r.contact_id = s.contact_id`;
  return row ?? null;
}
