import { bad, missing } from './error-spec';

/** Of the registry in ./errors: who somebody is. */
export const IDENTITY_ERRORS = {
  VIV_ADDRESS_INVALID: bad<{ address: string; problem: string }>(
    (p) => `${p.address} is not an e-mail address: ${p.problem}. Correct it; nothing was changed.`,
  ),
  VIV_PHONE_INVALID: bad<{ phone: string; problem: string }>(
    (p) => `${p.phone} is not a telephone number: ${p.problem}. Correct it; nothing was changed.`,
  ),
  VIV_CONTACT_MERGED: missing<{ contact: string }>(
    (p) => `Contact ${p.contact} was merged into another one in this moment. Try again; nothing was changed.`,
  ),
  VIV_SOURCE_UNKNOWN: bad<{ source: string }>(
    (p) => `No source "${p.source}" stands in rules/sources.yaml. Add it under sources, or correct the address.`,
    404,
  ),
  VIV_SOURCE_UNSIGNED: bad<{ source: string; problem: string }>(
    (p) => `The message of source "${p.source}" is not signed as agreed: ${p.problem}. Check signature and secret.`,
    401,
  ),
  VIV_SOURCE_UNMAPPED: bad<{ source: string; problem: string }>(
    (p) =>
      `No lead can be made of what source "${p.source}" sent: ${p.problem}. Correct its mapping in rules/sources.yaml.`,
  ),
  VIV_MERGE_SELF: bad<{ contact: string }>(
    (p) => `${p.contact} is one contact already by both names. Nothing is to be done; give two that are on record.`,
    409,
  ),
  VIV_MERGE_UNKNOWN: bad<{ id: string }>(
    (p) => `No merge "${p.id}" is on record. List them: viveiro contact merges.`,
    404,
  ),
  VIV_MERGE_UNDONE: bad<{ id: string; at: string }>(
    (p) => `The merge ${p.id} was taken back on ${p.at} already; nothing is to be done.`,
    409,
  ),
  VIV_MERGE_COVERED: bad<{ id: string; later: string }>(
    (p) => `A later merge rests on the merge ${p.id}. Take back ${p.later} first: viveiro contact unmerge ${p.later}.`,
    409,
  ),
} as const;
