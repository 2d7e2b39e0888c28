import type { FastifyInstance, FastifyRequest } from 'fastify';
import { failure } from '../../domain/errors';
import { EVENTS, type IncomingEvent } from '../../domain/event';
import { keyOf } from '../../domain/ids';
import { readLink, signLink } from '../../mail/links';
import { lastGiven } from '../../store/consents';
import { minuteOf } from '../../store/hits';
import { ingest } from '../../store/ingest';
import { belonging, findSend, type SendRef } from '../../store/send-ref';
import type { ApiDeps, Routes } from '../deps';
import { askPage, donePage, type LinkRequest } from '../link-pages';
import { answerLostLinks } from '../lost-link';
import { HTML } from '../page';
import { proofOf } from '../proof';
import { publicly } from '../refusals';

interface LinkPath {
  Params: { token: string };
}

const POST_LIMIT_BYTES = 4_096;

/** The signed links by which recipients ask for something. A GET asks back and changes nothing: scanners open links, too. */
export const links: Routes = (app, deps) => {
  answerLostLinks(app);
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

interface RequestLink {
  readonly request: LinkRequest;
  readonly path: string;
}

/** GET asks, POST does it. */
function addRequest(app: FastifyInstance, deps: ApiDeps, { request: kind, path }: RequestLink): void {
  const counted = publicly({ kind: 'link', name: kind });
  app.get<LinkPath>(path, counted, async (request, reply) => {
    const send = await sendOf(deps, request.params.token, kind);
    return reply
      .type(HTML)
      .send(
        askPage(kind, { locale: send.locale ?? 'en', action: request.url, preferencesPath: preferencesOf(deps, send) }),
      );
  });
  app.post<LinkPath>(path, { ...counted, bodyLimit: POST_LIMIT_BYTES }, async (request, reply) => {
    const send = await sendOf(deps, request.params.token, kind);
    if (send.contactId !== null)
      await ingest(
        deps.db,
        deps.turn,
        await requested(deps, request, { kind, send: { ...send, contactId: send.contactId } }),
      );
    return reply
      .type(HTML)
      .send(donePage(kind, { locale: send.locale ?? 'en', preferencesPath: preferencesOf(deps, send) }));
  });
}

async function sendOf(deps: ApiDeps, token: string, kind: LinkRequest): Promise<SendRef> {
  const send = await findSend(deps.db, idIn(deps, token, kind));
  if (!send) throw failure('VIV_NOT_FOUND', { what: 'The mail of this link' });
  return send;
}

/** Where the contact of a mail chooses what it gets; undefined once it is erased. */
function preferencesOf({ linkSecret }: ApiDeps, { id, contactId }: SendRef): string | undefined {
  return contactId === null ? undefined : `/p/${signLink(linkSecret, { kind: 'preferences', id })}`;
}

interface Requested {
  readonly kind: LinkRequest;
  readonly send: SendRef & { readonly contactId: string };
}

/**
 * By the minute and not once for ever: who unsubscribes, comes back and uses an old mail again means it again, also within the minute
 * in which they had come back.
 */
async function requested(deps: ApiDeps, request: FastifyRequest, { kind, send }: Requested): Promise<IncomingEvent> {
  const { id: sendId, contactId, purpose } = send;
  const at = deps.clock();
  if (kind === 'call')
    return {
      type: EVENTS.callRequested,
      contactId,
      at,
      idempotencyKey: keyOf(EVENTS.callRequested, sendId, minuteOf(at)),
      ...belonging(send),
      properties: { sendId },
    };
  const given = await lastGiven(deps.db, { contactId, purpose });
  // no more mail concerns all journeys of the contact, so it belongs to none
  return {
    type: EVENTS.mailUnsubscribed,
    contactId,
    at,
    idempotencyKey: keyOf(EVENTS.mailUnsubscribed, sendId, minuteOf(at), ...(given === null ? [] : [given])),
    properties: { purpose, sendId },
    words: { proof: { ...proofOf(request), evidence: { sendId } } },
  };
}
