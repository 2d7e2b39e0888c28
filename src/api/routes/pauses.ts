import type { z } from 'zod';
import { WOKEN_PER_MINUTE } from '../../domain/pause/pause';
import { contactIdOf } from '../../store/contact-ref';
import type { Db } from '../../store/db';
import { beginPause, listPauses, type PauseTarget } from '../../store/pauses';
import { endPause } from '../../store/resume';
import { pauseBody, pauseId, pauseQuery, resumeBody } from '../contract/pauses';
import type { Routes } from '../deps';
import { parseBody } from '../parse';

/** /v1/pauses: stops a sequence, a contact or everything, tells which are stopped, and lets them go on at a pace. */
export const pauses: Routes = (app, { db, clock }) => {
  app.post('/v1/pauses', { config: { access: 'key' } }, async (request, reply) => {
    const { mode, reason, by, ...named } = parseBody(pauseBody, request.body);
    const begun = await beginPause(db, { target: await targetOf(db, named), mode, reason, by, now: clock() });
    return reply.code(begun.isNew ? 201 : 200).send(begun);
  });
  app.get('/v1/pauses', { config: { access: 'key' } }, async (request) => {
    const { all } = parseBody(pauseQuery, request.query);
    return { pauses: await listPauses(db, { all: all === 'true' }) };
  });
  app.post('/v1/pauses/:id/resume', { config: { access: 'key' } }, async (request) => {
    const { id } = parseBody(pauseId, request.params);
    const { perMinute, by } = parseBody(resumeBody, request.body ?? {});
    const pace = { perMinute: perMinute ?? WOKEN_PER_MINUTE, isPacedAnew: perMinute !== undefined };
    return endPause(db, { pauseId: id, by, now: clock(), ...pace });
  });
};

async function targetOf(
  db: Db,
  { sequence, contact }: Pick<z.output<typeof pauseBody>, 'sequence' | 'contact'>,
): Promise<PauseTarget> {
  if (sequence !== undefined) return { type: 'sequence', sequence };
  return contact ? { type: 'contact', contactId: await contactIdOf(db, contact) } : { type: 'everything' };
}
