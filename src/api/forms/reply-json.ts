import type { FastifyReply } from 'fastify';
import { type ErrorCode, failure, type ViveiroError } from '../../domain/errors';
import { isShown } from '../../domain/forms/field';
import { allFields } from '../../domain/forms/schema';
import { signFormLink } from '../../mail/form-links';
import type { ApiDeps } from '../deps';
import { problemDetails } from '../error-handler';
import { describedForm } from './json';
import { closedText, isClosed, NOTHING_WRONG, textsOf, thanksText } from './render';
import { type Answering, askAnew, type Result, textsOfErrors, thanksOf } from './reply-page';
import { wordsIn } from './words';

/** The form as JSON, with a token to send it. */
export async function describe(deps: ApiDeps, answering: Answering): Promise<FastifyReply> {
  const { form, locale, consent, typed, reply, now } = answering;
  if (isClosed(form, now)) throw failure('VIV_FORM_CLOSED', { form: form.form });
  const { asked, token } = await askAnew(deps, answering);
  const view = { form, locale, consent, typed, asked, token, errors: NOTHING_WRONG, now };
  return reply.send(describedForm(view, `${deps.publicUrl}/f/${form.form}`));
}

/** Answers a front end, and says what is to be counted as refused. */
export async function answerAsJson(
  deps: ApiDeps,
  answering: Answering & { readonly outcome: Result },
): Promise<ErrorCode | undefined> {
  const { form, locale, outcome, reply } = answering;
  const words = wordsIn(locale);
  switch (outcome.type) {
    case 'thanks':
      await reply.send(thanked(deps, answering, outcome));
      return undefined;
    case 'wrong': {
      const errors = errorsOf(outcome, answering);
      const problem = failure('VIV_FORM_ANSWERS', { fields: errors.map(({ field }) => field).join(', ') });
      const { token } = await askAnew(deps, answering, outcome.asked);
      return refuse(reply, problem, { errors, token, notice: words.errorTitle });
    }
    case 'token':
      return refuse(reply, failure('VIV_FORM_TOKEN', {}), { ...(await anew(deps, answering)), notice: words.stale });
    case 'used':
      return refuse(reply, failure('VIV_FORM_USED', {}), { ...(await anew(deps, answering)), notice: words.used });
    case 'tooMany': {
      const seconds = Math.ceil(outcome.waitMs / 1000);
      reply.header('retry-after', String(seconds));
      return refuse(reply, failure('VIV_TOO_MANY', { seconds }), { notice: words.tooMany });
    }
    case 'closed':
      return refuse(reply, failure('VIV_FORM_CLOSED', { form: form.form }), { notice: closedText(form, words) });
    default:
      throw new TypeError(`no outcome is like ${JSON.stringify(outcome satisfies never)}`);
  }
}

const anew = async (deps: ApiDeps, answering: Answering) => ({ token: (await askAnew(deps, answering)).token });

function thanked(
  deps: ApiDeps,
  { form, locale, consent, now }: Answering,
  { submission, session }: Extract<Result, { type: 'thanks' }>,
) {
  const token = signFormLink(deps.linkSecret, { form: form.form, submission, at: now });
  const thanks = thanksOf(deps, { form, locale, consent, token, session, now });
  const { ebook, calendar, mustConfirm } = thanks;
  return {
    status: 'taken',
    message: thanksText(form, locale, thanks),
    mustConfirm,
    ...(ebook ? { ebook: { url: deps.publicUrl + ebook.href, until: new Date(ebook.until).toISOString() } } : {}),
    ...(calendar ? { calendar: { url: deps.publicUrl + calendar.href } } : {}),
  };
}

interface FieldProblem {
  readonly field: string;
  readonly label: string;
  readonly problem: string;
}

function errorsOf(
  outcome: Extract<Result, { type: 'wrong' }>,
  { form, locale, consent }: Answering,
): readonly FieldProblem[] {
  const textOf = textsOf(form, locale);
  const labels = new Map(
    allFields(form).flatMap((field): [string, string][] => (isShown(field) ? [[field.name, textOf(field.label)]] : [])),
  );
  return [...textsOfErrors(outcome, locale)].map(([field, problem]) => ({
    field,
    label: (field === 'consent' ? consent?.text : labels.get(field)) ?? field,
    problem,
  }));
}

/** RFC 9457, with what the front end shows. */
async function refuse(reply: FastifyReply, problem: ViveiroError, more: object): Promise<ErrorCode> {
  const details = { ...problemDetails(problem, reply.request.id), ...more };
  await reply.code(problem.http).type('application/problem+json').send(JSON.stringify(details));
  return problem.code;
}
