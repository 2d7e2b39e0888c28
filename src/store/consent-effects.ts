import { z } from 'zod';
import { DEFAULT_PURPOSES, isChosen, isOfMail, PROFILING } from '../domain/consent/purposes';
import { EVERY_PURPOSE, purposeScope } from '../domain/consent/scope';
import { EVENTS } from '../domain/event';
import { type NewestConsent, newestConsents, recordConsent } from './consents';
import type { Tx } from './db';
import { type Arrived, decide } from './event-decision';
import { allowProfiling, endProfiling } from './profiling';
import { liftUnsubscribed, suppressContact } from './suppressions';
import type { TurnDeps } from './turn';

/** Properties of an event by which someone says yes or no. `request`: of the double opt-in that it confirms. */
export const wordSchema = z.object({
  purpose: z.string().min(1).max(60).default('marketing'),
  request: z.uuid().optional(),
});
type Word = z.output<typeof wordSchema>;

/** No more: of one purpose; or of all of them, which holds for the address whatever becomes of the contact. */
export async function withdraw(tx: Tx, deps: TurnDeps, arrived: Arrived, { purpose }: Word): Promise<void> {
  const { event } = arrived;
  const { contactId, at, type, words = {} } = event;
  const { text = type === EVENTS.mailUnsubscribed ? 'unsubscribed' : 'withdrawn', source = type, ...rest } = words;
  const said = { contactId, granted: false, basis: 'consent', text, source, at, ...rest } as const;
  const purposes = purpose === EVERY_PURPOSE ? await purposesOf(tx, deps, contactId) : [purpose];
  for (const one of purposes) await recordConsent(tx, { ...said, purpose: one });
  if (purpose === EVERY_PURPOSE)
    await suppressContact(tx, { contactId, reason: 'unsubscribed', scope: 'marketing', at });
  if (purpose === PROFILING) await endProfiling(tx, deps, { contactId, at, cause: arrived.interactionId });
  const reason = purpose === PROFILING ? 'objects to profiling: is scored no more' : withdrawnFrom(purpose);
  await decide(tx, { ...arrived, kind: 'consent', outcome: 'withdrawn', reason });
}

function withdrawnFrom(purpose: string): string {
  if (!isOfMail(purpose)) return `${purpose} is allowed no more`;
  return `unsubscribed from ${purpose === EVERY_PURPOSE ? 'all mail that is not transactional' : `${purpose} mail`}`;
}

/** Purposes of mail that are declared, or of which the contact has said anything; but those that it has withdrawn already. */
async function purposesOf(tx: Tx, { rules }: TurnDeps, contactId: string): Promise<readonly string[]> {
  const newest = await newestConsents(tx, contactId);
  const declared = Object.keys((rules.purposes ?? DEFAULT_PURPOSES).purposes).filter(isChosen);
  const all = [...new Set([...declared, ...newest.keys()])].filter(isOfMail);
  return all.filter((purpose) => newest.get(purpose)?.state !== 'withdrawn');
}

/** Yes: the confirmation of a double opt-in, or a new consent with the words that were shown. */
export async function give(tx: Tx, deps: TurnDeps, arrived: Arrived, { purpose, request }: Word): Promise<void> {
  const { contactId, at, words } = arrived.event;
  const newest = (await newestConsents(tx, contactId)).get(purpose);
  const asked =
    newest && isOpen(newest, at) && (request === undefined || newest.requestId === request) ? newest : undefined;
  const outcome = (said: string, reason: string) => decide(tx, { ...arrived, kind: 'consent', outcome: said, reason });
  if (asked) {
    await confirmed(tx, arrived, { purpose, asked });
    return outcome('given', `double opt-in to ${purpose} mail is confirmed`);
  }
  if (words?.text === undefined)
    return outcome(
      'not given',
      `there is no double opt-in to ${purpose} mail to confirm, and no words that were shown`,
    );
  const { text, source = arrived.event.type, basis = 'consent', ...rest } = words;
  await recordConsent(tx, { contactId, purpose, granted: true, basis, text, source, at, ...rest });
  await allowed(tx, deps, arrived, purpose);
  return outcome('given', purpose === PROFILING ? 'allows profiling: is scored again' : `consent to ${purpose} mail`);
}

const isOpen = ({ state, until }: NewestConsent, at: number): boolean =>
  state === 'requested' && until !== null && at < until;

async function confirmed(
  tx: Tx,
  { event }: Arrived,
  { purpose, asked }: { readonly purpose: string; readonly asked: NewestConsent },
): Promise<void> {
  const { contactId, at, words = {} } = event;
  const { text, textVersion, locale, requestId } = asked;
  await recordConsent(tx, {
    contactId,
    purpose,
    granted: true,
    basis: 'consent',
    text,
    textVersion: textVersion ?? undefined,
    locale: locale ?? undefined,
    source: 'double opt-in',
    at,
    request: requestId === null ? undefined : { id: requestId },
    proof: words.proof,
  });
  await liftFor(tx, contactId, purpose);
}

async function allowed(tx: Tx, deps: TurnDeps, { event }: Arrived, purpose: string): Promise<void> {
  const { contactId, at } = event;
  if (purpose === PROFILING) await allowProfiling(tx, deps, { contactId, at });
  else await liftFor(tx, contactId, purpose);
}

/** Their own new word ends what they said by unsubscribing. */
export const liftFor = (tx: Tx, contactId: string, purpose: string): Promise<number> =>
  liftUnsubscribed(tx, { contactIds: [contactId], scopes: ['marketing', purposeScope(purpose)] });
