import type { FastifyInstance } from 'fastify';
import { failure } from '../../domain/errors';
import { EVENTS, type IncomingEvent } from '../../domain/event';
import { type Instant, keyOf } from '../../domain/ids';
import { readLink } from '../../mail/links';
import { minuteOf } from '../../store/hits';
import { ingest } from '../../store/ingest';
import { findSend, type SendRef } from '../../store/send-ref';
import type { ApiDeps, Routes } from '../deps';
import { askPage, donePage, type LinkRequest } from '../link-pages';

interface LinkPath {
  Params: { token: string };
}

const HTML = 'text/html; charset=utf-8';
const PUBLIC = { config: { access: 'public' } } as const;
const POST_LIMIT_BYTES = 4_096;

/** The signed links by which recipients ask for something. A GET asks back and changes nothing: scanners open links, too. */
export const links: Routes = (app, deps) => {
  // RFC 8058 §3.1: multipart or urlencoded; what it says is clear from the address
  app.addContentTypeParser(
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    { parseAs: 'string' },
    async () => null,
  );
  addRequest(app, deps, { request: 'unsubscribe', path: '/u/:token' });
  addRequest(app, deps, { request: 'call', path: '/call/:token' });
};

/** The id in a token of this kind. Throws VIV_LINK_FORGED. */
function idIn({ linkSecret }: ApiDeps, token: string, kind: LinkRequest): string {
  const payload = readLink(linkSecret, token);
  if (payload.kind !== kind) throw failure('VIV_LINK_FORGED', {});
  return payload.id;
}

/** The journey and lead whose mail it was. */
const belonging = ({ journeyId, leadId }: SendRef): Pick<IncomingEvent, 'journeyId' | 'leadId'> => ({
  ...(journeyId === null ? {} : { journeyId }),
  ...(leadId === null ? {} : { leadId }),
});

interface RequestLink {
  readonly request: LinkRequest;
  readonly path: string;
}

/** GET asks, POST does it. */
function addRequest(app: FastifyInstance, deps: ApiDeps, { request: kind, path }: RequestLink): void {
  app.get<LinkPath>(path, PUBLIC, async (request, reply) => {
    const send = await sendOf(deps, request.params.token, kind);
    return reply.type(HTML).send(askPage(kind, { locale: send.locale ?? 'en', action: request.url }));
  });
  app.post<LinkPath>(path, { ...PUBLIC, bodyLimit: POST_LIMIT_BYTES }, async (request, reply) => {
    const send = await sendOf(deps, request.params.token, kind);
    if (send.contactId !== null)
      await ingest(deps.db, deps.turn, requested(kind, { ...send, contactId: send.contactId }, deps.clock()));
    return reply.type(HTML).send(donePage(kind, send.locale ?? 'en'));
  });
}

async function sendOf(deps: ApiDeps, token: string, kind: LinkRequest): Promise<SendRef> {
  const send = await findSend(deps.db, idIn(deps, token, kind));
  if (!send) throw failure('VIV_NOT_FOUND', { what: 'The mail of this link' });
  return send;
}

/** By the minute and not once for ever: who unsubscribes, comes back and uses an old mail again means it again. */
function requested(kind: LinkRequest, send: SendRef & { readonly contactId: string }, now: Instant): IncomingEvent {
  const type = kind === 'unsubscribe' ? EVENTS.mailUnsubscribed : EVENTS.callRequested;
  return {
    type,
    contactId: send.contactId,
    at: now,
    idempotencyKey: keyOf(type, send.id, minuteOf(now)),
    ...(kind === 'unsubscribe' ? {} : belonging(send)), // no more mail concerns all journeys of the contact
    properties: { ...(kind === 'unsubscribe' ? { purpose: send.purpose } : {}), sendId: send.id },
  };
}
