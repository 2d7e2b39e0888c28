import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { originOf } from '../../domain/engagement/pages';
import { DEFAULT_ENGAGEMENT } from '../../domain/engagement/rules';
import { failure } from '../../domain/errors';
import { transaction } from '../../store/db';
import {
  contactOfVisitor,
  forgetVisitor,
  joinByClick,
  keepAnonymous,
  type PageSeen,
  viewEvent,
} from '../../store/visitors';
import type { ApiDeps, Routes } from '../deps';
import { blockOf } from '../forms/submission';
import { PAGE_SCRIPT } from '../pages/script';
import { parseBody } from '../parse';
import { recorderOf } from '../record';
import { publicly } from '../refusals';
import { SharedRate } from '../shared-rate';
import { clickOfVisit } from '../visit-token';

const BODY_LIMIT_BYTES = 4_096;
const SCRIPT = publicly({ kind: 'nothing' });
const SCRIPT_TAG = `"${createHash('sha256').update(PAGE_SCRIPT).digest('base64url').slice(0, 16)}"`;

const viewBody = z
  .strictObject({
    visitor: z.uuid(),
    key: z.uuid(),
    url: z.url({ protocol: /^https?$/ }).max(2_000),
    title: z.string().max(1_000).optional(),
    referrer: z.string().max(2_000).optional(),
    token: z.string().max(200).optional(),
  })
  .readonly();
const forgetBody = z.strictObject({ visitor: z.uuid() }).readonly();

/** Page views of a company's own sites: the script, and where it tells of them. */
export const pages: Routes = (app, deps) => {
  const rate = new SharedRate({ db: deps.db, secret: deps.linkSecret, clock: deps.clock });
  // browsers send beacons as text, and ask nobody first
  app.addContentTypeParser(
    'text/plain',
    { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES },
    async (_: unknown, text: string) => parsedText(text),
  );

  app.get('/v.js', SCRIPT, async (request, reply) => {
    reply.headers({ 'cache-control': 'public, max-age=3600', etag: SCRIPT_TAG });
    if (request.headers['if-none-match'] === SCRIPT_TAG) return reply.code(304).send();
    return reply.type('text/javascript; charset=utf-8').send(PAGE_SCRIPT);
  });

  const options = {
    ...publicly({ kind: 'view' }),
    bodyLimit: BODY_LIMIT_BYTES,
    // before the body is read: what is refused costs little
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      allow(deps, request, reply);
      await limit(deps, rate, request, reply);
    },
  };
  app.post('/v1/pages', options, async (request, reply) => {
    const { visitor, token, ...body } = parseBody(viewBody, request.body);
    if (originOf(body.url) !== request.headers.origin)
      throw failure('VIV_SITE_UNKNOWN', { site: originOf(body.url) ?? body.url });
    await take(deps, request, { ...body, visitorId: visitor, at: deps.clock(), token });
    return reply.code(204).send();
  });

  app.post('/v1/pages/forget', options, async (request, reply) => {
    await forgetVisitor(deps.db, parseBody(forgetBody, request.body).visitor);
    return reply.code(204).send();
  });
};

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failure('VIV_BODY_INVALID', { problems: 'the body is no JSON' });
  }
}

const pagesOf = ({ turn }: ApiDeps) => (turn.rules.engagement ?? DEFAULT_ENGAGEMENT).pages;

/** Only if the site that the browser says it shows is one of ours: no other page can tell us of views. */
function allow(deps: ApiDeps, { headers }: FastifyRequest, reply: FastifyReply): void {
  const { origin = '' } = headers;
  if (!pagesOf(deps).sites.includes(origin)) throw failure('VIV_SITE_UNKNOWN', { site: origin || 'none' });
  reply.headers({ 'access-control-allow-origin': origin, vary: 'origin' });
}

/** An IPv6 network is one sender: whoever has one has as many addresses as they like. */
const senderOf = (ip: string): string => (ip.includes(':') && !ip.includes('.') ? blockOf(ip) : ip);

async function limit(deps: ApiDeps, rate: SharedRate, { ip }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const waitMs = await rate.take(senderOf(ip), pagesOf(deps).perMinute);
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  reply.header('retry-after', String(seconds));
  throw failure('VIV_TOO_MANY', { seconds });
}

/** Joins the visitor if a click brought them, and records the view: of the contact, or of nobody yet. */
async function take(
  deps: ApiDeps,
  request: FastifyRequest,
  { token, ...view }: PageSeen & { readonly token: string | undefined },
): Promise<void> {
  const { visitorId, at } = view;
  const hitId = token === undefined ? undefined : clickOfVisit(request, deps.linkSecret, token);
  if (hitId !== undefined) {
    const { joinWithin: within } = pagesOf(deps);
    await transaction(deps.db, (tx) => joinByClick(tx, deps.turn, { hitId, visitorId, at, within }));
  }
  const contactId = await contactOfVisitor(deps.db, visitorId);
  if (contactId === null) await keepAnonymous(deps.db, view);
  else {
    const { contactId: id, ...event } = viewEvent(view, contactId);
    await recorderOf(deps).record({ ...event, contact: { id } });
  }
}
