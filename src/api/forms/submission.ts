import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json';
import type { ConsentProof } from '../../domain/consent/record';
import { parseNetwork } from '../../domain/engagement/networks';
import { failure } from '../../domain/errors';
import { type Answers, first, type Normalisers, type Typed } from '../../domain/forms/answers';
import { EVENT_OF, factsOfSession, sessionOf } from '../../domain/forms/brings';
import { type FormField, OWN_NAMES } from '../../domain/forms/field';
import { allFields, fallbackOf, type HostedForm } from '../../domain/forms/schema';
import { textIn } from '../../domain/forms/texts';
import { normalizeAddress } from '../../domain/identity/address';
import { normalizePhone } from '../../domain/identity/phone';
import { DEFAULT_IDENTITY, type IdentityRules } from '../../domain/identity/rules';
import { type Instant, type Json, keyOf } from '../../domain/ids';
import type { Registration } from '../../store/registration';
import { text } from '../contract/common';
import type { ShownConsent } from './consent';
import { SESSION_FIELD } from './sessions';

/** More keys than this no form has: whoever sends them wants something else. */
const MOST_KEYS = 200;
/** Comes from the address of the page: whatever is no campaign is left out, not held against the person. */
const campaignField = text(100);

/** What a urlencoded body says of this form; all other keys are forgotten. Throws VIV_BODY_INVALID for far too many of them. */
export function typedIn(form: HostedForm, body: unknown): Typed {
  const given = body !== null && typeof body === 'object' ? body : {};
  const keys = Object.keys(given);
  if (keys.length > MOST_KEYS)
    throw failure('VIV_BODY_INVALID', {
      problems: `it has ${keys.length} fields, and no form has more than ${MOST_KEYS}`,
    });
  return new Map(
    namesOf(form).flatMap((name): [string, readonly string[]][] => {
      const value: unknown = Object.hasOwn(given, name)
        ? (given as { readonly [key: string]: unknown })[name]
        : undefined; // an object
      const texts = [value].flat().filter((one) => typeof one === 'string');
      return texts.length > 0 ? [[name, texts]] : [];
    }),
  );
}

const namesOf = (form: HostedForm): readonly string[] => [...OWN_NAMES, ...allFields(form).map(({ name }) => name)];

/** What the address of the page says: the campaign, who came by which mail, and hidden fields. */
export function typedInQuery(form: HostedForm, query: unknown): Typed {
  const given = new Map(Object.entries(query !== null && typeof query === 'object' ? query : {}));
  const from = (parameter: string): readonly string[] => {
    const [value] = [given.get(parameter)].flat();
    return typeof value === 'string' ? [value] : [];
  };
  const hidden = allFields(form).flatMap((field): [string, readonly string[]][] =>
    field.type === 'hidden' && field.from !== undefined ? [[field.name, from(field.from)]] : [],
  );
  return new Map([...hidden, ['campaign', from('utm_campaign')], ['lang', from('lang')], ['visit', from('viveiro')]]);
}

/** Spellings as the rules of identity have them. */
export const normalisersBy = (rules: IdentityRules = DEFAULT_IDENTITY): Normalisers => ({
  email: (raw) => {
    const address = normalizeAddress(raw, rules);
    return address.type === 'valid' ? address.address : undefined;
  },
  phone: (raw) => {
    const phone = normalizePhone(raw, rules.defaultCountry);
    return phone.type === 'valid' ? phone.phone : undefined;
  },
});

/** What stands in a table for what must not: the same text gives the same, and nobody without the secret can say which it was. */
export const hashed = (secret: string, kind: 'body' | 'block' | 'address', text: string): string =>
  createHmac('sha256', secret).update(`form-${kind}|${text}`).digest('base64url').slice(0, 22);

/** The network that counts as one sender: an IPv4 /24, an IPv6 /56. */
export function blockOf(ip: string): string {
  const bytes = parseNetwork(ip)?.bytes;
  return bytes ? bytes.slice(0, bytes.length === 4 ? 3 : 7).join('.') : ip;
}

/** What was answered, whatever the order and the spelling in which it came. */
export const bodyText = ({ email, name, attributes, words }: Answers, isConsented: boolean): string =>
  canonicalJson({ email, name: name ?? null, attributes, words, isConsented });

export interface Submitted {
  readonly form: HostedForm;
  readonly locale: string;
  readonly consent: ShownConsent | undefined;
  readonly answers: Answers;
  readonly typed: Typed;
  readonly proof: ConsentProof;
  /** Of the showing. */
  readonly showing: string;
  readonly now: Instant;
}

export const isConsented = (typed: Typed): boolean => first(typed, 'consent') === 'yes';

/** What is recorded once it counts. Its key names the showing. */
export function registrationOf(submitted: Submitted): Registration {
  const { form, locale, consent, answers, typed, proof, showing, now } = submitted;
  const { email, name, attributes, words } = answers;
  const campaign = campaignField.safeParse(first(typed, 'campaign'));
  const { brings } = form;
  return {
    idempotencyKey: keyOf('form', form.form, showing),
    at: now,
    contact: { email, ...(name === undefined ? {} : { name }), locale, attributes },
    lead: { offer: form.offer, source: form.source, ...(campaign.success ? { campaign: campaign.data } : {}) },
    form: form.form,
    tells: { form: form.form, submission: showing, ...factsOf(submitted) },
    ...(brings ? { event: { type: EVENT_OF[brings.type], properties: words } } : says(words)),
    ...(consent && isConsented(typed)
      ? { consent: givenBy(consent, { ...proof, evidence: { form: form.form, showing } }) }
      : {}),
  };
}

function factsOf({ form, locale, answers: { words }, now }: Submitted): { readonly [key: string]: Json } {
  const { brings } = form;
  if (brings?.type === 'ebook') return { ebook: form.form };
  if (brings?.type !== 'webinar') return {};
  const session = sessionOf(brings, chosenIn(words), now);
  const title = textIn(brings.title ?? form.title, locale, fallbackOf(form));
  return session ? factsOfSession(session, { webinar: brings.webinar ?? form.form, title }) : {};
}

/** The date that was chosen, where there are several; empty: there is one alone. */
export const chosenIn = (words: Answers['words']): string =>
  typeof words[SESSION_FIELD] === 'string' ? words[SESSION_FIELD] : '';

const says = (words: { readonly [name: string]: Json }) => (Object.keys(words).length > 0 ? { says: words } : {});

function givenBy({ required: _required, ...shown }: ShownConsent, proof: ConsentProof) {
  return { ...shown, granted: true, basis: 'consent', proof } as const;
}

/** What was written on one line, for whoever looks for links in it. */
export const linesOf = (asked: readonly FormField[], { name, attributes }: Answers): readonly string[] => [
  name ?? '',
  ...asked.flatMap((field) => {
    const value = attributes[field.name];
    return (field.type === 'text' || field.type === 'company') && typeof value === 'string' ? [value] : [];
  }),
];
