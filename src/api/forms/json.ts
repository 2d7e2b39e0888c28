import { z } from 'zod';
import type { Typed } from '../../domain/forms/answers';
import { sessionsAhead, type Webinar } from '../../domain/forms/brings';
import { type FormField, isShown, mostLetters, OWN_NAMES, type ShownField } from '../../domain/forms/field';
import { allFields, type HostedForm, localesOf } from '../../domain/forms/schema';
import type { Instant } from '../../domain/ids';
import { parseBody } from '../parse';
import { autocompleteOf } from './controls';
import type { FormView } from './render';
import { textsOf } from './render';
import { wordsIn } from './words';

const answer = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).max(200)]);

const sentBody = z.strictObject({
  token: z.string().max(500),
  lang: z.string().max(35).optional(),
  answers: z
    .record(z.string().max(60), answer)
    .refine((all) => Object.keys(all).length <= 200, 'more than 200 answers'),
  consent: z.boolean().optional(),
  campaign: z.string().max(200).optional(),
  visitor: z.string().max(60).optional(),
  visit: z.string().max(200).optional(),
  website: z.string().max(1000).optional(),
  proof: z.string().max(20).optional(),
});

/** What a front end of somebody else has sent, as a page would have sent it. Throws VIV_BODY_INVALID. */
export function typedInJson(form: HostedForm, body: unknown): Typed {
  const { answers, consent, ...own } = parseBody(sentBody, body);
  const given = new Map(Object.entries(answers).map(([name, value]) => [name, textsOfAnswer(value)]));
  const fields = allFields(form).flatMap(({ name }): [string, readonly string[]][] =>
    OWN_NAMES.includes(name) || !given.has(name) ? [] : [[name, given.get(name) ?? []]],
  );
  const others = Object.entries(own).map(([name, value]): [string, readonly string[]] => [name, [value]]);
  return new Map([...fields, ...others, ['consent', consent === true ? ['yes'] : []]]);
}

function textsOfAnswer(value: z.output<typeof answer>): readonly string[] {
  if (value === null || value === false) return [];
  if (value === true) return ['yes'];
  return Array.isArray(value) ? value : [String(value)];
}

/** The form for front ends of others: what to ask, in which words, and the token to send it with. */
export function describedForm({ form, locale, token, asked, consent, now }: FormView, action: string) {
  const words = wordsIn(locale);
  const textOf = textsOf(form, locale);
  const { brings } = form;
  return {
    form: form.form,
    locale,
    locales: localesOf(form),
    title: textOf(form.title),
    intro: textOf(form.intro) || null,
    fields: asked.filter(isShown).map((field) => describedField(field, textOf)),
    hidden: asked.flatMap((field) =>
      field.type === 'hidden' && field.from !== undefined ? [describedHidden(field)] : [],
    ),
    consent: consent && { text: consent.text, textVersion: consent.textVersion, required: consent.required },
    submit: textOf(form.submit) || words.submit,
    words: {
      required: words.required,
      choose: words.choose,
      errorTitle: words.errorTitle,
      sending: words.sending,
      trap: words.trap,
      ebook: words.getEbook,
      calendar: words.getCalendar,
    },
    webinar: brings?.type === 'webinar' ? datesOf(brings, now) : null,
    action,
    token,
    proofOfWork: form.spam.proofOfWork ?? null,
  };
}

const describedHidden = ({ name, from }: Extract<FormField, { type: 'hidden' }>) => ({ name, from: from ?? '' });

/** The next date; where there are several, all that may be chosen. */
function datesOf(webinar: Webinar, now: Instant) {
  const ahead = sessionsAhead(webinar, now).map(({ session, startsAt, endsAt }) => ({
    session,
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
  }));
  const [next] = ahead;
  const { session: _, ...dates } = next ?? { session: null };
  return { ...dates, zone: webinar.zone, ...(webinar.sessions ? { sessions: ahead } : {}) };
}

function describedField(field: ShownField, textOf: ReturnType<typeof textsOf>) {
  const { name, type, required } = field;
  const limits = field as { readonly [key: string]: unknown }; // only looked at by these names
  return {
    name,
    type,
    label: textOf(field.label),
    hint: textOf(field.hint) || null,
    required,
    autocomplete: autocompleteOf(field) ?? null,
    ...('options' in field
      ? { options: field.options.map(({ value, label }) => ({ value, label: textOf(label) })) }
      : {}),
    ...(type === 'text' || type === 'company' || type === 'textarea' ? { maxLength: mostLetters(field) } : {}),
    ...Object.fromEntries(LIMITS.flatMap((key) => (limits[key] === undefined ? [] : [[key, limits[key]]]))),
  };
}

const LIMITS: readonly string[] = ['minLength', 'pattern', 'min', 'max', 'integer', 'atLeast', 'atMost', 'as'];
