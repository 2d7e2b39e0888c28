import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DEFAULT_ENGAGEMENT } from '../../domain/engagement/rules';
import type { Answered, HostedForm } from '../../domain/forms/schema';
import type { Instant } from '../../domain/ids';
import { isSameSecret } from '../../mail/same-secret';
import { answeredBy, contactOfClick } from '../../store/form-submissions';
import type { ApiDeps } from '../deps';
import { clickOfVisit } from '../visit-token';

const COOKIE = 'viveiro_answered';
const KEPT_FOR_S = 180 * 86_400;
const MOST_NAMES = 60;

/** What a browser remembers of itself: names of questions that were answered in it, never an answer and nobody's id. */
const rememberedSchema = z.strictObject({ names: z.array(z.string().max(60)).max(MOST_NAMES), until: z.number() });

/**
 * Which questions need not be asked again: those that the contact has on record whose mail brought the browser here, and those that were
 * answered in this browser, if it was allowed to remember that. A page shows nothing of the answers themselves.
 */
export async function answeredSoFar(
  deps: ApiDeps,
  { form, request, visit }: { readonly form: HostedForm; readonly request: FastifyRequest; readonly visit: string },
): Promise<Answered> {
  if (!form.progressive) return new Set();
  const contactId = await contactOfVisit(deps, request, visit);
  const onRecord = contactId === null ? [] : await answeredBy(deps.db, contactId);
  return new Set([...onRecord, ...rememberedIn(deps, request)]);
}

async function contactOfVisit(
  { db, linkSecret, turn, clock }: ApiDeps,
  request: FastifyRequest,
  token: string,
): Promise<string | null> {
  const hitId = token === '' ? undefined : clickOfVisit(request, linkSecret, token);
  const { joinWithin: within } = (turn.rules.engagement ?? DEFAULT_ENGAGEMENT).pages;
  return hitId === undefined ? null : contactOfClick(db, { hitId, now: clock(), within });
}

function rememberedIn({ linkSecret, clock }: ApiDeps, { headers }: FastifyRequest): readonly string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const [, value = ''] = pairs.find(([name]) => name === COOKIE) ?? [];
  const [body = '', mac = ''] = value.split('.');
  if (!isSameSecret(sign(linkSecret, body), mac)) return [];
  const remembered = rememberedSchema.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))); // signed by us
  return remembered.until > clock() ? remembered.names : [];
}

const sign = (secret: string, body: string): string =>
  createHmac('sha256', secret).update(`form-answered|${body}`).digest('base64url');

/** The header by which the browser remembers what was answered: only for whoever has ticked the box for it. */
export function rememberCookie(
  deps: ApiDeps,
  {
    request,
    names,
    now,
  }: { readonly request: FastifyRequest; readonly names: readonly string[]; readonly now: Instant },
): string {
  const all = [...new Set([...rememberedIn(deps, request), ...names])].slice(-MOST_NAMES);
  const until = now + KEPT_FOR_S * 1000;
  const body = Buffer.from(JSON.stringify({ names: all, until })).toString('base64url');
  const secure = deps.publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${COOKIE}=${body}.${sign(deps.linkSecret, body)}; Path=/f; Max-Age=${KEPT_FOR_S}; HttpOnly; SameSite=Lax${secure}`;
}
