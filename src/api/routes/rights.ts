import { DEFAULT_IDENTITY } from '../../domain/identity/rules';
import { identifiersOf } from '../../domain/privacy/identifiers';
import { contactIdOf, contactRefOf } from '../../store/contact-ref';
import { correctContact } from '../../store/correct';
import { transaction } from '../../store/db';
import { previewErasure } from '../../store/erase-rows';
import { cancelErasure, findErasure, knownAs, listErasures, requestErasure } from '../../store/erasures';
import { exportPerson } from '../../store/person-export';
import { cancelBody, correctionBody, erasureBody, erasureId, erasureQuery, exportQuery } from '../contract/rights';
import type { Routes } from '../deps';
import { HTML } from '../page';
import { idempotencyKeyOf, parseBody } from '../parse';
import { personPage } from '../person-page';

const KEY = { config: { access: 'key' } } as const;

interface OfContact {
  Params: { contact: string };
}

/**
 * What a person may ask for: GET /v1/contacts/CONTACT/export (GDPR art. 15 and 20), PATCH /v1/contacts/CONTACT (art. 16),
 * POST /v1/contacts/CONTACT/erasure (art. 17), and /v1/erasures, which tells what came of it.
 */
export const rights: Routes = (app, { db, turn, clock }) => {
  const idOf = (text: string) => contactIdOf(db, contactRefOf(text), turn.rules.identity);

  app.get<OfContact>('/v1/contacts/:contact/export', KEY, async (request, reply) => {
    const { format, lang } = parseBody(exportQuery, request.query);
    const asked = { contactId: await idOf(request.params.contact), by: 'API', now: clock() };
    const data = await exportPerson(db, turn.rules, asked);
    if (format === 'json') return reply.header('content-disposition', 'attachment; filename="person.json"').send(data);
    return reply.type(HTML).send(personPage(data, lang ?? data.person.locale));
  });

  app.patch<OfContact>('/v1/contacts/:contact', KEY, async (request) => {
    const { idempotencyKey, ...fields } = parseBody(correctionBody, request.body);
    const key = idempotencyKeyOf(request, idempotencyKey);
    return correctContact(db, turn, { ...fields, contactId: await idOf(request.params.contact), now: clock(), key });
  });

  app.post<OfContact>('/v1/contacts/:contact/erasure', KEY, async (request, reply) => {
    const { after = 0, scope, dryRun, by } = parseBody(erasureBody, request.body ?? {});
    const contactId = await idOf(request.params.contact);
    if (dryRun) {
      const known = await transaction(db, (tx) => knownAs(tx, contactId));
      return previewErasure(db, identifiersOf(known, turn.rules.identity ?? DEFAULT_IDENTITY));
    }
    const asked = { contactId, origin: 'request', by, scope, after, now: clock() } as const;
    const { erasure, isNew } = await requestErasure(db, turn.rules, asked);
    return reply.code(isNew ? 202 : 200).send({ isNew, erasure });
  });

  app.get('/v1/erasures', KEY, async (request) => {
    const { email, limit } = parseBody(erasureQuery, request.query);
    return { erasures: await listErasures(db, { email, most: limit }) };
  });

  app.get<{ Params: { id: string } }>('/v1/erasures/:id', KEY, async (request) => {
    const { id } = parseBody(erasureId, request.params);
    return findErasure(db, id);
  });

  app.post<{ Params: { id: string } }>('/v1/erasures/:id/cancel', KEY, async (request) => {
    const { id } = parseBody(erasureId, request.params);
    const { by } = parseBody(cancelBody, request.body ?? {});
    return cancelErasure(db, { id, by, now: clock() });
  });
};
