import { failure } from '../../domain/errors';
import type { Enrolled } from '../../store/enrol';
import { enrolByHand } from '../../store/enrol-by-hand';
import { type JourneyAnswer, journeyBody } from '../contract/journeys';
import type { Routes } from '../deps';
import { idempotencyKeyOf, parseBody } from '../parse';

/** POST /v1/journeys: enters a contact into a sequence. */
export const journeys: Routes = (app, deps) => {
  app.post('/v1/journeys', { config: { access: 'key' } }, async (request, reply) => {
    const { sequence, contact, lead, key: entryKey, idempotencyKey } = parseBody(journeyBody, request.body);
    const enrolled = await enrolByHand(deps.db, deps.turn, {
      sequence,
      contact,
      lead,
      entryKey,
      key: idempotencyKeyOf(request, idempotencyKey),
      origin: 'by the API',
      now: deps.clock(),
    });
    if (enrolled.type === 'refused')
      throw failure('VIV_ENROL_REFUSED', {
        contact: 'email' in contact ? contact.email : contact.id,
        sequence,
        reason: enrolled.reason,
      });
    return reply.code(202).send(answerTo(enrolled));
  });
};

function answerTo(enrolled: Exclude<Enrolled, { readonly type: 'refused' }>): JourneyAnswer {
  const { journeyId } = enrolled;
  return enrolled.type === 'entered'
    ? { journeyId, status: 'entered' }
    : { journeyId, status: 'waits', reason: enrolled.reason };
}
