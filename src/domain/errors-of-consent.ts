import { bad, fault, missing } from './error-spec';

/** Of the registry in ./errors: consent, its proofs, and addresses that must not be mailed. */
export const CONSENT_ERRORS = {
  VIV_CONSENT_BROKEN: fault<{ contact: string; position: number; seq: string; problem: string }>(
    (p) =>
      `The proof of consent is broken at record ${p.position} of contact ${p.contact} (${p.seq}): ${p.problem}. Compare it with a backup: viveiro consent show ${p.contact}.`,
  ),
  VIV_CONSENT_ANCHOR_BROKEN: fault<{ anchor: number; problem: string }>(
    (p) =>
      `Every chain of consents is whole, but anchor ${p.anchor} does not fit: ${p.problem}. Whole chains were removed or put in; compare with a backup from before.`,
  ),
  VIV_CONSENT_TEXT_CHANGED: bad<{ purpose: string; version: string; locale: string }>(
    (p) =>
      `The consent text of purpose "${p.purpose}", version "${p.version}", in ${p.locale} is not the one on record, and people have agreed to that. Add the new words as a new version in rules/purposes.yaml, and put the old ones back.`,
  ),
  VIV_KEYS_DIFFER: missing<Record<string, never>>(
    () =>
      'This database was begun with another key for address hashes and consent proofs. Use the data folder, VIVEIRO_LINK_SECRET or VIVEIRO_ADDRESS_KEY that it was begun with; after a change of the link secret, set VIVEIRO_ADDRESS_KEY to the old one.',
  ),
  VIV_SUPPRESSION_UNKNOWN: bad<{ address: string; scope: string }>(
    (p) => `No suppression of ${p.address} for ${p.scope} is on record. List them: viveiro suppression list.`,
    404,
  ),
  VIV_OPT_IN_SEQUENCE: missing<{ file: string }>(
    (p) =>
      `A form or purpose asks for double opt-in, and no published sequence sends the confirmation. Publish one that enters on consent.requested; ${p.file} is the shipped one.`,
  ),
} as const;
