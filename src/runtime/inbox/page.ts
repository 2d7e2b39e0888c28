import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { ViveiroError } from '../../domain/errors';
import { LAYOUT_POLICY } from './layout';
import { listView } from './list-view';
import { messageView, TABS } from './message-view';
import type { InboxStore } from './store';

const PAGE_SIZE = 50;

const listQuery = z.object({
  search: z.string().max(200).catch(''),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
  refresh: z.enum(['on', 'off']).catch('on'),
});
const apiQuery = z.object({
  search: z.string().max(200).catch(''),
  offset: z.coerce.number().int().min(0).catch(0),
  limit: z.coerce.number().int().min(1).max(1000).catch(PAGE_SIZE),
});
const messageParams = z.object({ id: z.coerce.number().int().positive().catch(0) });
const tabQuery = z.object({ tab: z.enum(TABS).optional().catch(undefined) });

/** The mail itself: it runs no script and sends no form; its links open in a tab of their own. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: https: http:; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** Routes to read the inbox: the list, a message, and both as JSON. Works at the root or under a prefix. */
export function inboxPage(app: FastifyInstance, { store }: { readonly store: InboxStore }): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': LAYOUT_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof ViveiroError ? error.http : 500;
    const message = error instanceof ViveiroError ? error.message : 'The message cannot be shown.';
    return reply.code(status).type('text/plain; charset=utf-8').send(`${message}\n`);
  });
  pageRoutes(app, store);
  jsonRoutes(app, store);
}

function pageRoutes(app: FastifyInstance, store: InboxStore): void {
  const base = app.prefix;
  app.get('/', async (request, reply) => {
    const { search, page, refresh } = listQuery.parse(request.query);
    const { total, messages } = store.list({ search, offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE });
    const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
    return sendHtml(reply, listView({ base, search, page, pages, total, messages, isRefreshing: refresh === 'on' }));
  });
  app.get('/messages/:id', async (request, reply) => {
    const message = await store.read(messageParams.parse(request.params).id);
    return sendHtml(reply, messageView({ base, message, tab: tabQuery.parse(request.query).tab }));
  });
  app.get('/messages/:id/html', async (request, reply) => {
    const { parsed } = await store.read(messageParams.parse(request.params).id);
    reply.header('content-security-policy', MAIL_POLICY);
    return sendHtml(reply, `<base target="_blank">${parsed.html || ''}`);
  });
}

function jsonRoutes(app: FastifyInstance, store: InboxStore): void {
  app.get('/api/messages', async (request) => store.list(apiQuery.parse(request.query)));
  app.get('/api/messages/:id', async (request) => {
    const { summary, parsed, source } = await store.read(messageParams.parse(request.params).id);
    return { ...summary, text: parsed.text ?? '', html: parsed.html || '', source };
  });
}

const sendHtml = (reply: FastifyReply, text: string) => reply.type('text/html; charset=utf-8').send(text);
