import type { FastifyBaseLogger } from 'fastify';
import { ViveiroError } from '../../domain/errors';
import { newId } from '../../domain/ids';
import { answer } from '../answer';
import { type BatchResult, type EventBody, eventBatchBody, eventBody } from '../contract/events';
import type { ApiDeps, Routes } from '../deps';
import { happenedAt, idempotencyKeyOf, parseBody } from '../parse';
import { type EventToRecord, recordEvent } from '../record';

/** POST /v1/events: one event, or up to 500 of them. */
export const events: Routes = (app, deps) => {
  app.post('/v1/events', { config: { access: 'key' } }, async (request, reply) => {
    const { body } = request;
    if (isBatch(body)) return recordBatch(deps, body, request.log);
    const event = parseBody(eventBody, body);
    const idempotencyKey = idempotencyKeyOf(request, event.idempotencyKey);
    const { interactionId, duplicate } = await recordEvent(deps, toRecord(deps, { ...event, idempotencyKey }, 'at'));
    return answer(reply, { interactionId, duplicate });
  });
};

const isBatch = (body: unknown): boolean => body !== null && typeof body === 'object' && 'events' in body;

/** `path`: where `at` stands in the body. */
function toRecord({ clock }: ApiDeps, body: EventBody, path: string): EventToRecord {
  const { type, contact, createContact, properties, idempotencyKey = newId() } = body;
  return { type, contact, createContact, properties, idempotencyKey, at: happenedAt(body.at, { now: clock(), path }) };
}

/** A batch of the wrong shape is refused as a whole; then each event stands for itself; those of one contact in their order. */
async function recordBatch(deps: ApiDeps, body: unknown, log: FastifyBaseLogger) {
  const batch = parseBody(eventBatchBody, body);
  const toDo = batch.events.map((event, index) => toRecord(deps, event, `events.${index}.at`));
  const results: BatchResult[] = [];
  for (const group of groupsOf(toDo)) {
    const from = results.length;
    results.push(
      ...(await Promise.all(group.map((event, place) => recordOne(deps, { event, index: from + place, log })))),
    );
  }
  return { results };
}

/** Those that may be recorded together, in order. What puts a contact on record stands alone: what comes behind it may be of that one. */
function groupsOf(events: readonly EventToRecord[]): readonly (readonly EventToRecord[])[] {
  const groups: EventToRecord[][] = [];
  let isOpen = false;
  for (const event of events) {
    if (isOpen && !event.createContact) groups.at(-1)?.push(event);
    else groups.push([event]);
    isOpen = !event.createContact;
  }
  return groups;
}

async function recordOne(
  deps: ApiDeps,
  { event, index, log }: { readonly event: EventToRecord; readonly index: number; readonly log: FastifyBaseLogger },
): Promise<BatchResult> {
  try {
    const { interactionId, duplicate } = await recordEvent(deps, event);
    return { index, status: duplicate ? 'duplicate' : 'recorded', interactionId, duplicate };
  } catch (error) {
    if (error instanceof ViveiroError && error.http < 500)
      return { index, status: 'refused', code: error.code, detail: error.message, retry: error.retry };
    // the others of the batch stand: the caller must learn of them
    log.error({ err: error, index }, 'an event of a batch failed');
    const detail = 'Something went wrong on our side. Send this event again later.';
    return { index, status: 'refused', code: 'VIV_UNEXPECTED', detail, retry: true };
  }
}
