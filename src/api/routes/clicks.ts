import type { FastifyReply, FastifyRequest } from 'fastify';
import { machineOf, proxyOf } from '../../domain/engagement/machine';
import { originOf } from '../../domain/engagement/pages';
import { DEFAULT_ENGAGEMENT, type EngagementRules } from '../../domain/engagement/rules';
import { safeTarget, withParameter } from '../../domain/engagement/target';
import { failure, ViveiroError } from '../../domain/errors';
import { EVENTS } from '../../domain/event';
import { keyOf } from '../../domain/ids';
import { readLink, signLink, VISIT_PARAMETER } from '../../mail/links';
import { transaction } from '../../store/db';
import { holdHit, minuteOf, noteTrap, recordMachine } from '../../store/hits';
import { ingestIn } from '../../store/ingest';
import { findLink, type LinkRow } from '../../store/links';
import { mayTrackOpens } from '../../store/open-tracking';
import { belonging, findSend } from '../../store/send-ref';
import type { ApiDeps, Routes } from '../deps';
import { answerLostLinks } from '../lost-link';
import { publicly } from '../refusals';
import { seenRequest } from '../seen';

interface LinkPath {
  Params: { token: string };
}

type LinkRequest = FastifyRequest<LinkPath>;

const CLICK = publicly({ kind: 'link', name: 'click' });
const OPEN = publicly({ kind: 'link', name: 'open' });
/** The smallest GIF with one transparent dot. */
const DOT = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** Links of mails that lead somewhere, the one that no person sees, and the picture that tells of a mail being opened. */
export const clicks: Routes = (app, deps) => {
  answerLostLinks(app);
  app.get<LinkPath>('/c/:token', CLICK, async (request, reply) => {
    const payload = readLink(deps.linkSecret, request.params.token);
    if (payload.kind === 'trap') return followTrap(deps, request, { reply, sendId: payload.id });
    if (payload.kind !== 'click') throw failure('VIV_LINK_FORGED', {});
    const link = await findLink(deps.db, payload.id);
    if (!link) throw failure('VIV_LINK_GONE', {});
    const target = safeTarget(link.url);
    if (target === undefined) throw failure('VIV_LINK_UNSAFE', {});
    const hitId = await quietly(request, () => follow(deps, request, link));
    return reply.redirect(withVisit(deps, target, hitId), 302);
  });
  app.get<LinkPath>('/o/:token', OPEN, async (request, reply) => {
    const payload = readLink(deps.linkSecret, request.params.token);
    if (payload.kind !== 'open') throw failure('VIV_LINK_FORGED', {});
    await quietly(request, () => openMail(deps, request, payload.id));
    return reply.type('image/gif').send(DOT);
  });
};

const rulesOf = ({ turn }: ApiDeps): EngagementRules => turn.rules.engagement ?? DEFAULT_ENGAGEMENT;

/** Records a machine's click, or holds that of whoever may be a person, and answers the id of that. */
async function follow(deps: ApiDeps, request: LinkRequest, link: LinkRow): Promise<string | undefined> {
  const rules = rulesOf(deps);
  const [send, seenNow] = [await findSend(deps.db, link.sendId), seenRequest(deps, request)];
  const reason = machineOf(rules, seenNow, send);
  const { sendId, contactId } = link;
  const { at } = seenNow;
  return transaction(deps.db, async (tx) => {
    if (reason === undefined) return holdHit(tx, { sendId, linkId: link.id, contactId, at }, rules.machines.holdFor);
    await recordMachine(tx, { what: 'link', contactId, sendId, link: link.name, at, reason, ...belonging(send) });
    return undefined;
  });
}

/** A page that says nothing, for whoever follows what cannot be seen. */
async function followTrap(
  deps: ApiDeps,
  request: LinkRequest,
  { reply, sendId }: { readonly reply: FastifyReply; readonly sendId: string },
) {
  await quietly(request, async () => {
    const send = await findSend(deps.db, sendId);
    const { contactId } = send ?? {};
    if (!contactId) return;
    const at = deps.clock();
    const reason = 'it followed the link that no person sees';
    await transaction(deps.db, async (tx) => {
      await noteTrap(tx, { sendId, contactId, at });
      await recordMachine(tx, { what: 'trap', contactId, sendId, at, reason, ...belonging(send) });
    });
  });
  return reply.code(204).send();
}

/** A mail was opened: if its recipient still allows us to know, and nobody but them did it. */
async function openMail(deps: ApiDeps, request: LinkRequest, sendId: string): Promise<void> {
  const send = await findSend(deps.db, sendId);
  const { contactId } = send ?? {};
  const rules = rulesOf(deps);
  if (!contactId || !rules.opens.track) return;
  const seenNow = seenRequest(deps, request);
  const { at } = seenNow;
  const reason = proxyOf(rules, seenNow, send);
  await transaction(deps.db, async (tx) => {
    if (!(await mayTrackOpens(tx, contactId))) return;
    const common = { contactId, at, ...belonging(send) };
    if (reason !== undefined) return recordMachine(tx, { what: 'picture', sendId, reason, ...common });
    const idempotencyKey = keyOf(EVENTS.mailOpened, sendId, minuteOf(at));
    await ingestIn(tx, deps.turn, { type: EVENTS.mailOpened, ...common, idempotencyKey, properties: { sendId } });
  });
}

/** Tells our own sites and forms, and no others, by which click the browser came. */
function withVisit({ turn, linkSecret, publicUrl }: ApiDeps, target: string, hitId: string | undefined): string {
  const { sites } = (turn.rules.engagement ?? DEFAULT_ENGAGEMENT).pages;
  const isOurs = sites.includes(originOf(target) ?? '') || target.startsWith(`${publicUrl}/f/`);
  if (hitId === undefined || !isOurs) return target;
  return withParameter(target, [VISIT_PARAMETER, signLink(linkSecret, { kind: 'visit', id: hitId })]);
}

/** A person is never held up by what cannot be recorded, like a click of someone who was erased. */
async function quietly<T>(request: FastifyRequest, record: () => Promise<T>): Promise<T | undefined> {
  try {
    return await record();
  } catch (error) {
    const isErased = error instanceof ViveiroError && error.code === 'VIV_CONTACT_UNKNOWN';
    if (!isErased) request.log.error({ err: error }, 'a click was not recorded');
    return undefined;
  }
}
