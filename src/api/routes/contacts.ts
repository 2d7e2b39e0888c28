import { z } from 'zod';
import { listContacts } from '../../store/contact-list';
import { contactsPage } from '../contacts-page';
import type { Routes } from '../deps';
import { HTML } from '../page';

const PAGE_SIZE = 100;

const listQuery = z.object({
  search: z.string().max(200).catch(''),
  page: z.coerce.number().int().min(1).max(100_000).catch(1),
});

/** GET /contacts: who is on record, each with a link to the story. */
export const contacts: Routes = (app, { db }) => {
  app.get('/contacts', { config: { access: 'local' } }, async (request, reply) => {
    const { search, page: number } = listQuery.parse(request.query);
    const listed = await listContacts(db, {
      search: search.replaceAll('\0', ''), // PostgreSQL text holds no NUL
      limit: PAGE_SIZE,
      offset: (number - 1) * PAGE_SIZE,
    });
    const pages = Math.max(1, Math.ceil(listed.total / PAGE_SIZE));
    return reply.type(HTML).send(contactsPage({ ...listed, search, number, pages }));
  });
};
