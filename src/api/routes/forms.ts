import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../../domain/errors';
import type { Typed } from '../../domain/forms/answers';
import { first } from '../../domain/forms/answers';
import { localesOf } from '../../domain/forms/schema';
import type { ApiDeps, Routes } from '../deps';
import { shownConsent } from '../forms/consent';
import { EMBED_SCRIPT } from '../forms/embed';
import { typedInJson } from '../forms/json';
import { chooseLocale } from '../forms/languages';
import type { LoadedForm } from '../forms/load';
import { corsHeaders, foreignSite } from '../forms/origin';
import { closedPage, isClosed, thanksPage } from '../forms/render';
import { answerAsJson, describe } from '../forms/reply-json';
import { answerAsPage, showForm, thanksOf } from '../forms/reply-page';
import { formAt } from '../forms/sessions';
import { blockOf, typedIn, typedInQuery } from '../forms/submission';
import { type Sent, submit } from '../forms/submit';
import { HTML } from '../page';
import { Rate } from '../rate';
import { countRefusal, publicly } from '../refusals';

const BODY_LIMIT_BYTES = 65_536;
const FORM = publicly({ kind: 'form' });
const THANKS = publicly({ kind: 'link', name: 'thanks' });
/** From one network, whatever comes of it: what is above that does not reach the database. */
const MOST_PER_MINUTE = 120;
/** So that browsers say of a POST from our own page that it is from there; other sites still learn nothing. */
const OWN_REFERRER = { 'referrer-policy': 'same-origin' };

interface FormRequest {
  Params: { form: string };
}

/** Hosted forms: as pages, as JSON, and as the script by which other sites show them. */
export const forms: Routes = (app, deps) => {
  app.register(formbody, { bodyLimit: BODY_LIMIT_BYTES });
  const rate = new Rate();

  app.get<FormRequest>('/f/:form', FORM, async (request, reply) => {
    const { form, as } = wanted(deps, request);
    if (as === 'js') return script(reply);
    const typed = typedInQuery(form, request.query);
    const view = viewOf(deps, { form, request, typed });
    if (as === 'json') return describe(deps, { ...view, reply: reply.headers(corsHeaders(request, form)) });
    if (isClosed(form, view.now)) {
      countRefusal(request, 'VIV_FORM_CLOSED');
      return reply.code(410).type(HTML).send(closedPage(form, view.locale));
    }
    return showForm(deps, { ...view, reply: reply.headers(OWN_REFERRER) });
  });

  app.options<FormRequest>('/f/:form', FORM, async (request, reply) =>
    reply
      .headers(corsHeaders(request, wanted(deps, request).form))
      .code(204)
      .send(),
  );

  app.post<FormRequest>('/f/:form', { ...FORM, bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
    const { form, as } = wanted(deps, request);
    const isJson = as === 'json' || isOfType(request, 'application/json');
    reply.headers(isJson ? corsHeaders(request, form) : OWN_REFERRER);
    const site = foreignSite(request, form, deps);
    if (site !== undefined) throw failure('VIV_FORM_FOREIGN', { site });
    const typed = isJson ? typedInJson(form, request.body) : typedIn(form, request.body);
    const sent = viewOf(deps, { form, request, typed });
    const outcome = isClosed(form, sent.now) ? ({ type: 'closed' } as const) : await limited(deps, rate, sent);
    const code = isJson
      ? await answerAsJson(deps, { ...sent, reply, outcome })
      : await answerAsPage(deps, { ...sent, reply, outcome });
    if (code !== undefined) countRefusal(request, code);
    return reply;
  });

  app.get<FormRequest>('/f/:form/thanks', THANKS, async (request, reply) => {
    const { form } = wanted(deps, request);
    const typed = typedInQuery(form, request.query);
    const { locale, consent, now } = viewOf(deps, { form, request, typed });
    const { got, session }: { got?: unknown; session?: unknown } = Object(request.query);
    const token = typeof got === 'string' ? got : '';
    const chosen = typeof session === 'string' ? session : '';
    const thanks = thanksOf(deps, { form, locale, consent, token, session: chosen, now });
    return reply.type(HTML).send(thanksPage(form, locale, thanks));
  });
};

interface Wanted {
  readonly form: LoadedForm;
  readonly as: 'page' | 'json' | 'js';
}

/** `course`, `course.json`, `course.js`. Throws VIV_FORM_UNKNOWN. */
function wanted({ forms, clock }: ApiDeps, { params }: FastifyRequest<FormRequest>): Wanted {
  const [, name = '', as = 'page'] = /^(.*?)(?:\.(json|js))?$/s.exec(params.form) ?? [];
  const form = forms.get(name);
  if (!form) throw failure('VIV_FORM_UNKNOWN', { form: params.form });
  return { form: formAt(form, clock()), as: as === 'json' || as === 'js' ? as : 'page' };
}

const isOfType = ({ headers }: FastifyRequest, type: string): boolean =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() === type;

function viewOf(
  { turn, clock }: ApiDeps,
  { form, request, typed }: { readonly form: LoadedForm; readonly request: FastifyRequest; readonly typed: Typed },
): Sent {
  const asked = first(typed, 'lang');
  const locale = chooseLocale(localesOf(form), { asked, accepted: request.headers['accept-language'] });
  return { form, request, typed, locale, consent: shownConsent(form, turn.rules.purposes, locale), now: clock() };
}

/** A flood from one network is turned away before anything else is looked at. */
function limited(deps: ApiDeps, rate: Rate, sent: Sent): ReturnType<typeof submit> {
  const { request, now } = sent;
  const waitMs = rate.take(blockOf(request.ip), { perMinute: MOST_PER_MINUTE, now });
  return waitMs > 0 ? Promise.resolve({ type: 'tooMany', waitMs }) : submit(deps, sent);
}

function script(reply: FastifyReply): FastifyReply {
  return reply
    .type('text/javascript; charset=utf-8')
    .headers({ 'cache-control': 'public, max-age=300', 'cross-origin-resource-policy': 'cross-origin' })
    .send(EMBED_SCRIPT);
}
