import { consentText, DEFAULT_PURPOSES, type PurposeRules } from '../consent/purposes';
import type { ConsentBasis } from '../consent/record';
import { normalizeAddress } from '../identity/address';
import { normalizePhone } from '../identity/phone';
import { DEFAULT_IDENTITY, type IdentityRules } from '../identity/rules';
import type { Instant, Json } from '../ids';
import { instantOf } from '../inbound/hook';
import { atPath, listAt, textOf } from '../inbound/json-path';
import { onOneLine } from '../inbound/report';
import { storable } from '../inbound/storable';
import { LOCALE } from '../localised';
import type { SourceRules, SourceValue } from './rules';

/** One lead of a message, as its mapping reads it. */
export interface SourceLead {
  readonly type: 'lead';
  /** The source's. */
  readonly id: string;
  readonly at: Instant | undefined;
  readonly contact: {
    readonly email: string;
    readonly name?: string;
    readonly locale?: string;
    readonly attributes: { readonly [name: string]: Json };
    readonly tags: readonly string[];
  };
  readonly lead: { readonly offer: string; readonly source: string; readonly campaign?: string };
  readonly consent?: {
    readonly purpose: string;
    readonly basis: ConsentBasis;
    readonly text: string;
    readonly textVersion?: string;
    readonly locale?: string;
    readonly doubleOptIn: boolean;
  };
  /** What was left out, for whoever asks why. */
  readonly notes: readonly string[];
}

/** What cannot be made a lead of. `id`: empty where it has none. */
export interface Unmapped {
  readonly type: 'unmapped';
  readonly id: string;
  readonly problem: string;
}

interface Known {
  readonly name: string;
  readonly rules: SourceRules;
  readonly identity: IdentityRules | undefined;
  readonly purposes: PurposeRules | undefined;
}

const MOST_LEADS = 500;

/** All leads of a body, in its order. */
export function sourceLeads(known: Known, body: Json): readonly (SourceLead | Unmapped)[] {
  return listAt(body, known.rules.each)
    .slice(0, MOST_LEADS)
    .map((one) => leadIn(known, one));
}

const textAt = (json: Json, path: string): string => onOneLine(storable(textOf(atPath(json, path)))).trim();

function valueIn(json: Json, value: SourceValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  if ('text' in value) return value.text;
  const found = textAt(json, value.path);
  if (value.values && Object.hasOwn(value.values, found)) return value.values[found];
  return found === '' ? undefined : found;
}

function leadIn(known: Known, json: Json): SourceLead | Unmapped {
  const { name, rules, identity = DEFAULT_IDENTITY } = known;
  const id = rules.id
    .map((path) => textAt(json, path))
    .filter(Boolean)
    .join('/')
    .slice(0, 200);
  const unmapped = (problem: string): Unmapped => ({ type: 'unmapped', id, problem });
  if (id === '') return unmapped(`no id stands at ${rules.id.join(' or ')}`);
  const raw = textAt(json, rules.contact.email);
  const address = normalizeAddress(raw, identity);
  if (address.type === 'refused')
    return unmapped(`what stands at ${rules.contact.email} is no e-mail address: ${address.problem}`);
  const offer = valueIn(json, rules.lead.offer)?.slice(0, 100);
  if (offer === undefined) return unmapped('no offer stands where lead.offer says');
  const consent = consentIn(known, json);
  if (consent?.type === 'no words') return unmapped(consent.problem);
  const { contact, notes } = contactIn(known, json, raw);
  const campaign = valueIn(json, rules.lead.campaign)?.slice(0, 100);
  return {
    type: 'lead',
    id,
    at: rules.at && instantOf(textAt(json, rules.at.path), rules.at.unit),
    contact,
    lead: { offer, source: rules.lead.source ?? name, ...(campaign === undefined ? {} : { campaign }) },
    ...(consent ? { consent: consent.consent } : {}),
    notes,
  };
}

/** A number that is none is left out, and the lead is not lost for it. */
function contactIn({ rules: { contact: rules }, identity = DEFAULT_IDENTITY }: Known, json: Json, email: string) {
  const name = rules.name
    ?.map((path) => textAt(json, path))
    .filter(Boolean)
    .join(' ')
    .slice(0, 200);
  const given = rules.phone === undefined ? '' : textAt(json, rules.phone);
  const phone = given === '' ? undefined : normalizePhone(given, identity.defaultCountry);
  const locale = valueIn(json, rules.locale)?.replaceAll('_', '-');
  const attributes = Object.entries(rules.attributes).flatMap(([attribute, value]): [string, Json][] => {
    const text = valueIn(json, value)?.slice(0, 1000);
    return text === undefined ? [] : [[attribute, text]];
  });
  return {
    contact: {
      email,
      ...(name ? { name } : {}),
      ...(locale !== undefined && LOCALE.test(locale) ? { locale } : {}),
      attributes: Object.fromEntries([
        ...attributes,
        ...(phone?.type === 'valid' ? [['phone', phone.phone] as const] : []),
      ]),
      tags: rules.tags,
    },
    notes: phone?.type === 'refused' ? [`the telephone number was left out: ${phone.problem}`] : [],
  };
}

type Said =
  | { readonly type: 'said'; readonly consent: NonNullable<SourceLead['consent']> }
  | { readonly type: 'no words'; readonly problem: string };

/** Undefined: nobody has said yes. */
function consentIn({ rules, purposes = DEFAULT_PURPOSES }: Known, json: Json): Said | undefined {
  const { consent: asked, contact } = rules;
  if (!asked) return undefined;
  const { purpose, given, basis, doubleOptIn = purposes.purposes[purpose]?.doubleOptIn ?? false } = asked;
  if (given && !given.is.includes(answerAt(json, given.path))) return undefined;
  const locale = valueIn(json, contact.locale)?.replaceAll('_', '-');
  const own = valueIn(json, asked.text);
  const version = valueIn(json, asked.textVersion);
  if (own !== undefined)
    return {
      type: 'said',
      consent: { purpose, basis, doubleOptIn, text: own, ...(version === undefined ? {} : { textVersion: version }) },
    };
  const known = consentText(purposes, purpose, locale ?? 'en');
  if (!known)
    return {
      type: 'no words',
      problem: `nobody has words for a consent to "${purpose}": neither the message nor rules/purposes.yaml`,
    };
  const { text, version: textVersion, locale: language } = known;
  return { type: 'said', consent: { purpose, basis, doubleOptIn, text, textVersion, locale: language } };
}

/** Boxes come as true and false, too. */
function answerAt(json: Json, path: string): string {
  const value = atPath(json, path);
  return typeof value === 'boolean' ? String(value) : textAt(json, path);
}
