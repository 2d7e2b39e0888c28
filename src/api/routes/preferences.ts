import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DEFAULT_PURPOSES } from '../../domain/consent/purposes';
import { failure } from '../../domain/errors';
import { EVENTS } from '../../domain/event';
import { keyOf } from '../../domain/ids';
import { readLink, signLink } from '../../mail/links';
import { ingest } from '../../store/ingest';
import { type OptIn, optInOf } from '../../store/opt-in';
import { askForPreferences, type Preferences, readPreferences, savePreferences } from '../../store/preferences';
import { findSend, type SendRef } from '../../store/send-ref';
import { emailField } from '../contract/common';
import type { ApiDeps, Routes } from '../deps';
import { ASK_PATH, answerLostLinks, localeOf, sentPage } from '../lost-link';
import { confirmPage, optInAnswer, stateOf } from '../opt-in-pages';
import { HTML } from '../page';
import { preferencesPage } from '../preference-pages';
import { proofOf } from '../proof';
import { publicly } from '../refusals';

interface LinkPath {
  Params: { token: string };
}

const PREFERENCES = { ...publicly({ kind: 'link', name: 'preferences' }), bodyLimit: 16_384 } as const;
const CONFIRM = { ...publicly({ kind: 'link', name: 'confirm' }), bodyLimit: 16_384 } as const;

/**
 * The preference page and the confirmation of a double opt-in. GET shows, POST does. There is no cookie and no login, so another
 * site can make a browser send nothing that it could not send itself: who may do it is shown by the signed address alone.
 */
export const preferences: Routes = (app, deps) => {
  answerLostLinks(app);
  app.register(formbody, { bodyLimit: PREFERENCES.bodyLimit });

  app.get<LinkPath>('/p/:token', PREFERENCES, async (request, reply) => {
    const { contactId } = await mailOf(deps, request.params.token, 'preferences');
    return showPreferences(deps, {
      request,
      reply,
      found: await readPreferences(deps.db, deps.turn, contactId),
      isSaved: false,
    });
  });
  app.post<LinkPath>('/p/:token', PREFERENCES, async (request, reply) => {
    const { contactId, id: sendId, locale } = await mailOf(deps, request.params.token, 'preferences');
    const { isNone, ticked } = choiceIn(request.body);
    const found = await savePreferences(deps.db, deps.turn, {
      contactId,
      sendId,
      choice: isNone ? 'none' : ticked,
      locale,
      at: deps.clock(),
      proof: proofOf(request),
    });
    return showPreferences(deps, { request, reply, found, isSaved: true });
  });

  app.get<LinkPath>('/y/:token', CONFIRM, (request, reply) => showOptIn(deps, request, reply));
  app.post<LinkPath>('/y/:token', CONFIRM, (request, reply) => confirmOptIn(deps, request, reply));

  app.post(ASK_PATH, PREFERENCES, async (request, reply) => {
    const email = emailField.safeParse(fieldsOf(request.body).email);
    if (email.success) await askForPreferences(deps.db, deps.turn, { email: email.data, at: deps.clock() });
    return sentPage(reply, localeOf(request));
  });
};

type Mail = SendRef & { readonly contactId: string; readonly locale: string };

/** The mail whose link it is. Throws VIV_LINK_FORGED, and VIV_NOT_FOUND for one whose contact was erased. */
async function mailOf(deps: ApiDeps, token: string, kind: 'preferences' | 'confirm'): Promise<Mail> {
  const payload = readLink(deps.linkSecret, token);
  if (payload.kind !== kind) throw failure('VIV_LINK_FORGED', {});
  const send = await findSend(deps.db, payload.id);
  if (!send || send.contactId === null) throw failure('VIV_NOT_FOUND', { what: 'The mail of this link' });
  return { ...send, contactId: send.contactId, locale: send.locale ?? 'en' };
}

const fieldsOf = (body: unknown): { readonly [name: string]: unknown } =>
  body !== null && typeof body === 'object' ? { ...body } : {};

function choiceIn(body: unknown): { readonly isNone: boolean; readonly ticked: readonly string[] } {
  const { do: button, purpose } = fieldsOf(body);
  const ticked = [purpose].flat().filter((one) => typeof one === 'string');
  return { isNone: button === 'none', ticked };
}

interface Showing {
  readonly request: FastifyRequest<LinkPath>;
  readonly reply: FastifyReply;
  readonly found: Preferences | null;
  readonly isSaved: boolean;
}

function showPreferences({ turn }: ApiDeps, { request, reply, found, isSaved }: Showing): FastifyReply {
  if (!found) throw failure('VIV_NOT_FOUND', { what: 'The mail of this link' });
  const rules = turn.rules.purposes ?? DEFAULT_PURPOSES;
  return reply.type(HTML).send(preferencesPage({ ...found, rules, action: request.url, isSaved }));
}

interface Asked {
  readonly optIn: OptIn;
  readonly mail: Mail;
}

async function optInIn(deps: ApiDeps, token: string): Promise<Asked> {
  const mail = await mailOf(deps, token, 'confirm');
  const optIn = await optInOf(deps.db, mail.id);
  if (!optIn) throw failure('VIV_NOT_FOUND', { what: 'What this link confirms' });
  return { optIn, mail };
}

function viewOf(deps: ApiDeps, { url }: FastifyRequest, { optIn, mail }: Asked) {
  const preferencesPath = `/p/${signLink(deps.linkSecret, { kind: 'preferences', id: mail.id })}`;
  return { optIn, locale: mail.locale, action: url, preferencesPath };
}

async function showOptIn(deps: ApiDeps, request: FastifyRequest<LinkPath>, reply: FastifyReply) {
  const asked = await optInIn(deps, request.params.token);
  const state = stateOf(asked.optIn, deps.clock());
  const view = viewOf(deps, request, asked);
  return reply.type(HTML).send(state === 'open' ? confirmPage(view) : optInAnswer(state, view));
}

async function confirmOptIn(deps: ApiDeps, request: FastifyRequest<LinkPath>, reply: FastifyReply) {
  const asked = await optInIn(deps, request.params.token);
  const { optIn, mail } = asked;
  const now = deps.clock();
  const state = stateOf(optIn, now);
  const view = viewOf(deps, request, asked);
  if (state !== 'open') return reply.type(HTML).send(optInAnswer(state, view));
  const { requestId, purpose, contactId } = optIn;
  await ingest(deps.db, deps.turn, {
    type: EVENTS.consentGiven,
    contactId,
    at: now,
    idempotencyKey: keyOf(EVENTS.consentGiven, requestId),
    properties: { purpose, request: requestId },
    words: { proof: { ...proofOf(request), evidence: { sendId: mail.id } } },
  });
  return reply.type(HTML).send(optInAnswer('done', view));
}
