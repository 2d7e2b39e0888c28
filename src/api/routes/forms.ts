import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConsentProof } from '../../domain/consent/record';
import { failure } from '../../domain/errors';
import { keyOf } from '../../domain/ids';
import { transaction } from '../../store/db';
import { type Registration, register } from '../../store/registration';
import { joinVisitor } from '../../store/visitors';
import type { ApiDeps, Routes } from '../deps';
import { type ShownConsent, shownConsent } from '../forms/consent';
import { type FormView, formPage, thanksPage } from '../forms/render';
import type { HostedForm } from '../forms/schema';
import { type Checked, check, typedIn } from '../forms/submission';
import { formToken, readFormToken } from '../forms/token';
import { chooseLocale, wordsIn } from '../forms/languages';
import { proofOf } from '../proof';

const BODY_LIMIT_BYTES = 65_536;
const HTML = 'text/html; charset=utf-8';
const PUBLIC = { config: { access: 'public' } } as const;

interface FormRequest {
  Params: { form: string };
  Querystring: { lang?: string; utm_campaign?: string };
}

/** Hosted forms: shown, checked and answered as plain pages. */
export const forms: Routes = (app, deps) => {
  app.register(formbody, { bodyLimit: BODY_LIMIT_BYTES });

  app.get<FormRequest>('/f/:form', PUBLIC, async (request, reply) => {
    const form = formNamed(deps, request.params.form);
    const locale = localeOf(form, request, typedIn(request.query).lang);
    const { utm_campaign: campaign = '' } = typedIn(request.query);
    const consent = shownConsent(form, deps.turn.rules.purposes, locale);
    return show(deps, reply, { form, locale, consent, typed: { campaign }, errors: new Map() });
  });

  app.post<FormRequest>('/f/:form', { ...PUBLIC, bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
    const form = formNamed(deps, request.params.form);
    const typed = typedIn(request.body);
    const locale = localeOf(form, request, typed.lang);
    const thanks = `/f/${form.form}/thanks?lang=${encodeURIComponent(locale)}`;
    if (typed.website) return reply.redirect(thanks, 303); // only machines fill the trap; they learn nothing from the answer
    const consent = shownConsent(form, deps.turn.rules.purposes, locale);
    const view = { form, locale, consent, typed };
    const result = check(form, typed, wordsIn(locale));
    if (!result.ok) return show(deps, reply.code(422), { ...view, errors: result.errors });
    const now = deps.clock();
    const showing = readFormToken(deps.linkSecret, { form: form.form, now, token: typed.token ?? '' });
    if (showing === null)
      return show(deps, reply.code(422), { ...view, errors: new Map(), notice: wordsIn(locale).stale });
    const { contactId } = await register(
      deps.db,
      deps.turn,
      registration({ form, locale, consent, checked: result.checked, showing, now, proof: proofOf(request) }),
    );
    await joinFromForm(deps, { visitor: typed.visitor, contactId, at: now });
    return reply.redirect(thanks, 303);
  });

  app.get<FormRequest>('/f/:form/thanks', PUBLIC, async (request, reply) => {
    const form = formNamed(deps, request.params.form);
    const locale = localeOf(form, request, typedIn(request.query).lang);
    const mustConfirm = shownConsent(form, deps.turn.rules.purposes, locale)?.doubleOptIn === true;
    return reply.type(HTML).send(thanksPage(form, locale, { mustConfirm }));
  });
};

const visitorField = z.uuid();

/** The site's script has filled in the number of its visitor: whoever sent the form is that one. */
async function joinFromForm(
  { db, turn }: ApiDeps,
  { visitor, contactId, at }: { readonly visitor: string | undefined; readonly contactId: string; readonly at: number },
): Promise<void> {
  const parsed = visitorField.safeParse(visitor);
  if (parsed.success)
    await transaction(db, (tx) => joinVisitor(tx, turn, { visitorId: parsed.data, contactId, by: 'form', at }));
}

function formNamed({ forms }: ApiDeps, name: string): HostedForm {
  const form = forms.get(name);
  if (!form) throw failure('VIV_FORM_UNKNOWN', { form: name });
  return form;
}

const localeOf = (form: HostedForm, request: FastifyRequest, asked: string | undefined): string =>
  chooseLocale(Object.keys(form.title), { asked, accepted: request.headers['accept-language'] });

function show(deps: ApiDeps, reply: FastifyReply, view: Omit<FormView, 'token'>): FastifyReply {
  const token = formToken(deps.linkSecret, { form: view.form.form, now: deps.clock() });
  return reply.type(HTML).send(formPage({ ...view, token }));
}

interface Submission {
  readonly form: HostedForm;
  readonly locale: string;
  readonly consent: ShownConsent | undefined;
  readonly checked: Checked;
  readonly proof: ConsentProof;
  readonly showing: string;
  readonly now: number;
}

/** The key names the showing and what was typed: a second click counts once, a corrected second try counts as well. */
function registration({ form, locale, consent, checked, showing, now, proof }: Submission): Registration {
  const { email, name, attributes, consented, campaign } = checked;
  return {
    idempotencyKey: keyOf('form', form.form, showing, JSON.stringify(checked)),
    at: now,
    contact: { email, name, locale, attributes },
    lead: { offer: form.offer, source: form.source, ...(campaign ? { campaign } : {}) },
    form: form.form,
    ...(consent && consented
      ? { consent: givenBy(consent, { ...proof, evidence: { form: form.form, showing } }) }
      : {}),
  };
}

function givenBy({ required: _required, ...shown }: ShownConsent, proof: ConsentProof) {
  return { ...shown, granted: true, basis: 'consent', proof } as const;
}
