import { normalizeAddress } from '../identity/address';
import { normalizePhone } from '../identity/phone';
import type { IdentityRules } from '../identity/rules';
import type { Json } from '../ids';

/** What a person is known by: kept while they are erased, for the proof that nothing is left, and no longer. */
export interface Identifiers {
  readonly contactId: string;
  /** Of contacts that were merged into this one. */
  readonly formerIds: readonly string[];
  /** In lower case, in every spelling that the rules take for the same mailbox. */
  readonly addresses: readonly string[];
  /** As they were typed, and in E.164. */
  readonly phones: readonly string[];
  readonly name: string | null;
  /** Other systems that were told of them: endpoints of webhooks. Whoever erases must tell those, too (GDPR art. 19). */
  readonly recipients: readonly string[];
}

export interface KnownAs {
  readonly contactId: string;
  readonly formerIds: readonly string[];
  /** Also earlier ones: of mails, proofs of consent, and contacts that were merged into this one. */
  readonly addresses: readonly string[];
  readonly phones?: readonly string[];
  readonly name: string | null;
  readonly attributes: { readonly [name: string]: Json };
  readonly recipients: readonly string[];
}

/** Names of attributes whose values are telephone numbers, in the languages of the forms. */
const PHONES = /phone|mobile|whatsapp|fone|celular|^tel|telefon|komórk/i;

/** Everything by which somebody could be found again. */
export function identifiersOf(known: KnownAs, rules: IdentityRules): Identifiers {
  const { contactId, formerIds, name, attributes, recipients } = known;
  const typed = Object.entries(attributes).flatMap(([key, value]) =>
    PHONES.test(key) && typeof value === 'string' ? [value] : [],
  );
  return {
    contactId,
    formerIds,
    addresses: unique(known.addresses.flatMap((address) => spellings(address, rules))),
    phones: unique([...(known.phones ?? []), ...typed].flatMap((phone) => numbers(phone, rules))),
    name,
    recipients,
  };
}

function spellings(address: string, rules: IdentityRules): readonly string[] {
  const normal = normalizeAddress(address, rules);
  return [address.trim(), ...(normal.type === 'valid' ? [normal.address, normal.key] : [])].map((one) =>
    one.toLowerCase(),
  );
}

function numbers(phone: string, { defaultCountry }: IdentityRules): readonly string[] {
  const typed = phone.trim();
  if (typed.replace(/\D/g, '').length < LEAST_DIGITS) return [];
  const normal = normalizePhone(typed, defaultCountry);
  return normal.type === 'valid' ? [typed, normal.phone] : [typed];
}

/** What has fewer could be anything. */
const LEAST_DIGITS = 7;

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].filter((text) => text !== '');

/** One thing to look for. */
export interface Sought {
  readonly kind: 'address' | 'phone' | 'contact id' | 'name';
  /** In lower case: a text that does not hold it is not looked at twice. */
  readonly text: string;
  /** A regular expression of PostgreSQL, without regard to case: joana@… is not ana@…. */
  readonly pattern: string;
}

/**
 * What the proof looks for. A name counts from two words on: a first name alone is many people's, and so may be the whole name, which is
 * why it is counted by itself.
 */
export function soughtOf({
  contactId,
  formerIds,
  addresses,
  phones,
  name,
}: Omit<Identifiers, 'recipients'>): readonly Sought[] {
  const whole = (name ?? '').trim().toLowerCase();
  return [
    ...addresses.map(
      (text): Sought => ({
        kind: 'address',
        text,
        pattern: `(?<![a-z0-9.!#$%&'*+/=?^_\`{|}~-])${escaped(text)}(?![a-z0-9-]|\\.[a-z0-9])`,
      }),
    ),
    ...phones.map(
      (text): Sought => ({
        kind: 'phone',
        text: text.toLowerCase(),
        pattern: `(?<![0-9])${escaped(text.toLowerCase())}(?![0-9])`,
      }),
    ),
    ...[contactId, ...formerIds].map((text): Sought => ({ kind: 'contact id', text, pattern: escaped(text) })),
    ...(/\S\s+\S/.test(whole) && whole.length >= 6
      ? [{ kind: 'name', text: whole, pattern: `(?<!\\w)${escaped(whole)}(?!\\w)` } as const]
      : []),
  ];
}

/** The letters themselves. */
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
