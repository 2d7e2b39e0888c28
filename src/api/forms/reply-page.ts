import type { FastifyReply } from 'fastify';
import type { ErrorCode } from '../../domain/errors';
import { first, type Typed } from '../../domain/forms/answers';
import { sessionOf } from '../../domain/forms/brings';
import type { FormField } from '../../domain/forms/field';
import { askedOf } from '../../domain/forms/schema';
import type { Instant } from '../../domain/ids';
import { calendarPath, ebookPath, readFormLink, sessionQuery, signFormLink } from '../../mail/form-links';
import type { ApiDeps } from '../deps';
import { HTML, policyWith } from '../page';
import type { ShownConsent } from './consent';
import { answeredSoFar, rememberCookie } from './known-visitor';
import type { LoadedForm } from './load';
import { PROOF_OF_PAGE } from './proof-of-work';
import { closedPage, formPage, NOTHING_WRONG, type Thanks } from './render';
import type { Outcome, Sent } from './submit';
import { formToken } from './token';
import { errorText, wordsIn } from './words';

export type Result = Outcome | { readonly type: 'closed' };
export type Answering = Sent & { readonly form: LoadedForm; readonly reply: FastifyReply };

interface Shown {
  readonly asked?: readonly FormField[];
  readonly errors?: ReadonlyMap<string, string>;
  readonly notice?: string;
}

/** The fields of this visit, and a token for them. */
export async function askAnew(deps: ApiDeps, { form, request, typed, now }: Sent, known?: readonly FormField[]) {
  const asked = known ?? askedOf(form, await answeredSoFar(deps, { form, request, visit: first(typed, 'visit') }));
  return { asked, token: formToken(deps.linkSecret, { form, asked, now }) };
}

/** The form as a page, with what was typed. */
export async function showForm(deps: ApiDeps, answering: Answering, shown: Shown = {}): Promise<FastifyReply> {
  const { form, locale, consent, typed, reply } = answering;
  const { asked, token } = await askAnew(deps, answering, shown.asked);
  if (form.spam.proofOfWork !== undefined) reply.header('content-security-policy', policyWith(PROOF_OF_PAGE));
  const { errors = NOTHING_WRONG, notice } = shown;
  return reply
    .type(HTML)
    .send(formPage({ form, locale, consent, typed, asked, token, errors, notice, now: answering.now }));
}

/** Answers a browser, and says what is to be counted as refused. */
export async function answerAsPage(
  deps: ApiDeps,
  answering: Answering & { readonly outcome: Result },
): Promise<ErrorCode | undefined> {
  const { form, locale, reply, outcome, request, now, typed } = answering;
  const words = wordsIn(locale);
  switch (outcome.type) {
    case 'thanks':
      if (form.progressive?.remember && first(typed, 'remember') === 'yes')
        reply.header('set-cookie', rememberCookie(deps, { request, names: outcome.answered, now }));
      await reply.redirect(thanksPath(deps, answering, outcome), 303);
      return undefined;
    case 'wrong': {
      await showForm(
        deps,
        { ...answering, reply: reply.code(422) },
        { asked: outcome.asked, errors: textsOfErrors(outcome, locale) },
      );
      return 'VIV_FORM_ANSWERS';
    }
    case 'token': {
      // a snippet on a site that the form names has none: what was typed there is sent from here
      const isFromSnippet = first(typed, 'token') === '' && form.origins.includes(request.headers.origin ?? '');
      const typedThere = isFromSnippet ? withoutConsent(typed) : typed;
      await showForm(
        deps,
        { ...answering, typed: typedThere, reply: reply.code(isFromSnippet ? 200 : 422) },
        { notice: isFromSnippet ? words.check : words.stale },
      );
      return isFromSnippet ? undefined : 'VIV_FORM_TOKEN';
    }
    case 'used':
      await showForm(deps, { ...answering, reply: reply.code(422) }, { notice: words.used });
      return 'VIV_FORM_USED';
    case 'tooMany':
      reply.header('retry-after', String(Math.ceil(outcome.waitMs / 1000)));
      await showForm(deps, { ...answering, reply: reply.code(429) }, { notice: words.tooMany });
      return 'VIV_TOO_MANY';
    case 'closed':
      await reply.code(410).type(HTML).send(closedPage(form, locale));
      return 'VIV_FORM_CLOSED';
    default:
      throw new TypeError(`no outcome is like ${JSON.stringify(outcome satisfies never)}`);
  }
}

/** Whoever ticked a box elsewhere may have been shown other words beside it. */
const withoutConsent = (typed: Typed): Typed => new Map([...typed].filter(([name]) => name !== 'consent'));

/** What is wrong, in words for the person, in the order of the fields. */
export function textsOfErrors(
  { errors, isConsentMissing, asked }: Extract<Outcome, { type: 'wrong' }>,
  locale: string,
): ReadonlyMap<string, string> {
  const words = wordsIn(locale);
  const own = (name: string, type: string): string | undefined => {
    const field = asked.find((one) => one.name === name);
    const texts = field && field.type !== 'hidden' ? field.errors : undefined;
    const kind = type === 'missing' ? texts?.missing : texts?.invalid;
    return kind?.[locale];
  };
  return new Map([
    ...[...errors].map(([name, error]): [string, string] => [
      name,
      own(name, error.type) ?? errorText(words, error, locale),
    ]),
    ...(isConsentMissing ? [['consent', words.consentMissing] as const] : []),
  ]);
}

/** POST, redirect, GET: loading the page again sends nothing again. */
function thanksPath(
  { linkSecret }: ApiDeps,
  { form, locale, now }: Sent,
  { submission, session }: Extract<Outcome, { type: 'thanks' }>,
): string {
  const got = signFormLink(linkSecret, { form: form.form, submission, at: now });
  const isWithLink = form.brings?.type === 'ebook' || form.brings?.type === 'webinar';
  return `/f/${form.form}/thanks?lang=${encodeURIComponent(locale)}${isWithLink ? `&got=${got}` : ''}${sessionQuery('&', session)}`;
}

interface Thanked {
  readonly form: LoadedForm;
  readonly locale: string;
  readonly consent: ShownConsent | undefined;
  /** By `signFormLink`. */
  readonly token: string;
  /** The date that was chosen; empty: there is one alone. */
  readonly session: string;
  readonly now: Instant;
}

/** What the page says to whoever has sent the form. Throws VIV_LINK_FORGED. */
export function thanksOf({ linkSecret }: ApiDeps, thanked: Thanked): Thanks {
  const { form, locale, consent, token, session, now } = thanked;
  const mustConfirm = consent?.doubleOptIn === true;
  const { brings } = form;
  if (token === '' || (brings?.type !== 'ebook' && brings?.type !== 'webinar')) return { mustConfirm };
  const { at } = readFormLink(linkSecret, form.form, token);
  const query = `?lang=${encodeURIComponent(locale)}`;
  if (brings.type === 'webinar') {
    const href = calendarPath(form.form, token) + query + sessionQuery('&', session);
    return { mustConfirm, calendar: { href }, session: sessionOf(brings, session, now) };
  }
  return { mustConfirm, ebook: { href: ebookPath(form.form, token) + query, until: at + brings.expiresAfter } };
}
