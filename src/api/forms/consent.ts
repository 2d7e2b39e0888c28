import { createHash } from 'node:crypto';
import { consentText, DEFAULT_PURPOSES, type PurposeRules } from '../../domain/consent/purposes';
import type { HostedForm } from '../../domain/forms/schema';

/** The words beside the box of a form, as they are shown and kept. */
export interface ShownConsent {
  readonly purpose: string;
  readonly text: string;
  readonly textVersion: string;
  readonly locale: string;
  readonly required: boolean;
  readonly doubleOptIn: boolean;
}

const VERSION_DIGITS = 12;

/** Its own words are a version by themselves: others have another name. Undefined: the form asks for none, or nobody has words for it. */
export function shownConsent(
  { form, consent }: HostedForm,
  rules: PurposeRules = DEFAULT_PURPOSES,
  locale: string,
): ShownConsent | undefined {
  if (!consent) return undefined;
  const { purpose, required, doubleOptIn = rules.purposes[purpose]?.doubleOptIn ?? false } = consent;
  const own = consent.text?.[locale];
  if (own !== undefined) {
    const digest = createHash('sha256').update(own).digest('hex').slice(0, VERSION_DIGITS);
    return { purpose, required, doubleOptIn, text: own, textVersion: `form:${form}:${digest}`, locale };
  }
  const newest = consentText(rules, purpose, locale);
  return (
    newest && { purpose, required, doubleOptIn, text: newest.text, textVersion: newest.version, locale: newest.locale }
  );
}
