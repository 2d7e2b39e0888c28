import { EVENTS } from '../../domain/event';
import { keyOf } from '../../domain/ids';
import { answer } from '../answer';
import { purchaseBody } from '../contract/purchases';
import type { Routes } from '../deps';
import { happenedAt, parseBody } from '../parse';
import { recordEvent } from '../record';

/** POST /v1/purchases: a purchase or a return; its reference makes it count once. */
export const purchases: Routes = (app, deps) => {
  app.post('/v1/purchases', { config: { access: 'key' } }, async (request, reply) => {
    const { contact, reference, amount, isReturn, createContact, ...rest } = parseBody(purchaseBody, request.body);
    const { interactionId, duplicate } = await recordEvent(deps, {
      type: isReturn ? EVENTS.purchaseReturned : EVENTS.purchase,
      contact,
      createContact,
      at: happenedAt(rest.at, { now: deps.clock(), path: 'at' }),
      idempotencyKey: keyOf('purchase', reference),
      properties: { reference, amount },
    });
    return answer(reply, { interactionId, duplicate });
  });
};
