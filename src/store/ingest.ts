import { createHash } from 'node:crypto';
import { failure, type ViveiroError } from '../domain/errors';
import type { IncomingEvent } from '../domain/event';
import { keyOf, newId } from '../domain/ids';
import { type Db, lockContact, type Tx, transaction } from './db';
import { enterBy, type RecordedEvent } from './entry';
import { applyEvent } from './event-effects';
import { leadsFromLists } from './list-interest';
import { listenersTo } from './listeners';
import { enqueue } from './outbox';
import type { Rescoring } from './score-rows';
import { applyScores } from './scores';
import type { TurnDeps } from './turn';
import { handIn } from './turn-calls';
import { journeysToWake } from './wake';

export interface Ingested {
  readonly interactionId: string;
  readonly seq: number;
  /** The same key and body came before: nothing was done again. */
  readonly duplicate: boolean;
  /** Ids of the workflows that were woken. */
  readonly pokes: readonly string[];
}

/**
 * Records one event: interaction, scores, client status, suppression, decisions, entries into sequences and outbox jobs, all in
 * the caller's transaction, under the contact's lock. A running journey sees it because it reads its facts under the same lock,
 * and is woken because its interests were written under it: nothing falls between.
 * Throws VIV_CONTACT_UNKNOWN, VIV_IDEMPOTENCY_CONFLICT.
 */
export async function ingestIn(tx: Tx, deps: TurnDeps, event: IncomingEvent): Promise<Ingested> {
  if (!(await lockContact(tx, event.contactId))) throw failure('VIV_CONTACT_UNKNOWN', { contact: event.contactId });
  const recorded = await insertInteraction(tx, event);
  if (recorded.duplicate) return { ...recorded, pokes: [] };
  const { interactionId, seq } = recorded;
  await applyEvent(tx, deps, { event, interactionId });
  const [pokes = []] = await followUp(tx, deps, [{ event, interactionId, seq }]);
  return { ...recorded, pokes };
}

/**
 * What follows from events that this transaction has recorded, at most one of each contact, under the contacts' locks: scores,
 * outbox jobs for the journeys that must look, entries into sequences. `fits`: what this transaction makes of the fit of their leads, to be
 * written with the scores. Answers, for each, the workflows that are woken.
 */
export async function followUp(
  tx: Tx,
  deps: TurnDeps,
  recorded: readonly RecordedEvent[],
  fits: readonly Rescoring[] = [],
): Promise<readonly (readonly string[])[]> {
  // first: what shows the interest scores the lead that it makes
  const made = await leadsFromLists(
    tx,
    deps,
    recorded.map(({ event }) => event),
  );
  await applyScores(
    tx,
    deps.rules.scoring,
    recorded.map(({ event, interactionId }) => ({ contactId: event.contactId, interactionId, event })),
    fits,
  );
  const listeners = await listenersTo(
    tx,
    recorded.map(({ event }) => event),
  );
  const pokes: (readonly string[])[] = [];
  for (const [index, { event }] of recorded.entries()) {
    const woken = await journeysToWake(tx, deps, { event, interested: listeners[index]?.journeys ?? [] });
    pokes.push(woken.map((id) => `journey:${id}`));
  }
  await enqueue(
    tx,
    recorded.flatMap(({ seq }, index) =>
      (pokes[index] ?? []).map((workflow) => ({ task: 'poke', payload: { workflow, seq } }) as const),
    ),
  );
  for (const [index, one] of recorded.entries())
    await enterBy(tx, deps, { ...one, versions: listeners[index]?.versions ?? [] });
  return pokes.map((own, index) => [...(made[index] ?? []), ...own]);
}

/** Records an event that nothing follows from: for whoever asks what happened. Throws VIV_CONTACT_UNKNOWN, VIV_IDEMPOTENCY_CONFLICT. */
export async function recordOnly(tx: Tx, event: IncomingEvent): Promise<void> {
  if (!(await lockContact(tx, event.contactId))) throw failure('VIV_CONTACT_UNKNOWN', { contact: event.contactId });
  await insertInteraction(tx, event);
}

/** `ingestIn` in a transaction of its own. */
export function ingest(db: Db, deps: TurnDeps, event: IncomingEvent): Promise<Ingested> {
  return transaction(db, (tx) => ingestIn(tx, deps, event));
}

/** `at` is left out: a caller that states no time gets another one with each try. */
export function hashOf({ type, contactId, properties }: IncomingEvent): string {
  return createHash('sha256')
    .update(JSON.stringify([type, contactId, properties ?? {}]))
    .digest('base64url');
}

async function insertInteraction(tx: Tx, event: IncomingEvent): Promise<Omit<Ingested, 'pokes'>> {
  const { type, contactId, at, idempotencyKey, journeyId, leadId, properties = {} } = event;
  const hash = hashOf(event);
  const [row] = await tx.$queryRaw<{ id: string; seq: number }[]>`
    INSERT INTO interaction (id, contact_id, lead_id, journey_id, type, at, properties, idempotency_key, body_hash)
    VALUES (${newId()}::uuid, ${contactId}::uuid, ${leadId ?? null}::uuid, ${journeyId ?? null}::uuid, ${type},
      ${new Date(at)}, ${JSON.stringify(properties)}::jsonb, ${idempotencyKey}, ${hash})
    ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, seq::float8 AS seq`;
  if (row) return { interactionId: row.id, seq: row.seq, duplicate: false };
  const [old] = await tx.$queryRaw<{ id: string; seq: number; body_hash: string | null }[]>`
    SELECT id, seq::float8 AS seq, body_hash FROM interaction WHERE idempotency_key = ${idempotencyKey}`;
  if (!old || !(await isSaidBefore(tx, event, old.body_hash))) throw conflict(event);
  return { interactionId: old.id, seq: old.seq, duplicate: true };
}

/** Whether a recorded event said the same: of this contact, or of one that it was one with by a merge at the one time or the other. */
export async function isSaidBefore(tx: Db | Tx, event: IncomingEvent, recorded: string | null): Promise<boolean> {
  if (recorded === hashOf(event)) return true;
  const { contactId } = event;
  const others = await tx.$queryRaw<{ id: string }[]>`
    SELECT merged_id AS id FROM contact_merge WHERE contact_id = ${contactId}::uuid
    UNION SELECT contact_id FROM contact_merge WHERE merged_id = ${contactId}::uuid`;
  return others.some(({ id }) => hashOf({ ...event, contactId: id }) === recorded);
}

/** The key of an event has been used for another one. */
export const conflict = (event: IncomingEvent): ViveiroError =>
  failure('VIV_IDEMPOTENCY_CONFLICT', { key: keyAsTold(event) });

/** Whoever tells of a purchase knows it by its reference; the key that we make of it would tell them nothing. */
function keyAsTold({ idempotencyKey, properties }: IncomingEvent): string {
  const reference = String(properties?.reference ?? '');
  return idempotencyKey === keyOf('purchase', reference) ? reference : idempotencyKey;
}

handIn({ ingestIn });
