import { contactRefOf } from '../../store/contact-ref';
import { storyOf } from '../../store/story';
import type { Routes } from '../deps';
import { HTML } from '../page';
import { storyPage } from '../story-page';

/** GET /contacts/:contact/story: everything on record about a contact, by id or address. */
export const story: Routes = (app, { db }) => {
  app.get<{ Params: { contact: string } }>(
    '/contacts/:contact/story',
    { config: { access: 'local' } },
    async (request, reply) => {
      const told = await storyOf(db, contactRefOf(request.params.contact));
      return reply.type(HTML).send(storyPage(told));
    },
  );
};
