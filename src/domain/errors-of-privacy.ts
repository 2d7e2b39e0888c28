import { bad } from './error-spec';

/** Of the registry in ./errors: the rights of persons over their data. */
export const PRIVACY_ERRORS = {
  VIV_ERASURE_UNKNOWN: bad<{ erasure: string }>(
    (p) => `No erasure "${p.erasure}" is on record. List them: viveiro contact erasures.`,
    404,
  ),
  VIV_ERASURE_BEGUN: bad<{ erasure: string; status: string }>(
    (p) =>
      `Erasure ${p.erasure} is ${p.status} and cannot be cancelled. See what came of it: viveiro contact erasures.`,
    409,
  ),
  VIV_JUDGEMENT_UNKNOWN: bad<{ erasure: string; where: string }>(
    (p) =>
      `Erasure ${p.erasure} has left nothing to judge at "${p.where}". What it has: "look at" in viveiro contact erasures.`,
    404,
  ),
  VIV_MENTION_NOT_REPLACED: bad<{ where: string; problem: string }>(
    (p) => `Nothing was replaced at ${p.where}: ${p.problem}.`,
    409,
  ),
  VIV_ADDRESS_TAKEN: bad<{ address: string; contact: string }>(
    (p) =>
      `Another contact (${p.contact}) has the address ${p.address}. If both are one person, merge them; else give another address.`,
    409,
  ),
} as const;
