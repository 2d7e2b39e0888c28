import { type Registration, register } from '../../store/registration';
import { answer } from '../answer';
import { type LeadAnswer, type LeadBody, leadBody } from '../contract/leads';
import type { Routes } from '../deps';
import { happenedAt, idempotencyKeyOf, parseBody } from '../parse';

/** POST /v1/leads: a contact, its interest in an offer, and its consent. */
export const leads: Routes = (app, deps) => {
  app.post('/v1/leads', { config: { access: 'key' } }, async (request, reply) => {
    const { contact, lead, consent, ...rest } = parseBody(leadBody, request.body);
    const at = happenedAt(rest.at, { now: deps.clock(), path: 'at' });
    const idempotencyKey = idempotencyKeyOf(request, rest.idempotencyKey);
    const { contactId, leadId, interactionId, duplicate } = await register(deps.db, deps.turn, {
      idempotencyKey,
      at,
      contact,
      lead,
      ...(consent ? { consent: consentOf(consent) } : {}),
    });
    return answer<LeadAnswer>(reply, { contactId, leadId, interactionId, duplicate });
  });
};

function consentOf({
  ip,
  userAgent,
  textVersion,
  locale,
  doubleOptIn,
  ...consent
}: NonNullable<LeadBody['consent']>): NonNullable<Registration['consent']> {
  const proof = { ...(ip === undefined ? {} : { ip }), ...(userAgent === undefined ? {} : { userAgent }) };
  return {
    ...consent,
    ...(textVersion === undefined ? {} : { textVersion }),
    ...(locale === undefined ? {} : { locale }),
    ...(doubleOptIn ? { doubleOptIn } : {}),
    proof,
  };
}
