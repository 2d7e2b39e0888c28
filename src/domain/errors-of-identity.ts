import { bad } from './error-spec';

/** Of the registry in ./errors: who somebody is. */
export const IDENTITY_ERRORS = {
  VIV_ADDRESS_INVALID: bad<{ address: string; problem: string }>(
    (p) => `${p.address} is not an e-mail address: ${p.problem}. Correct it; nothing was changed.`,
  ),
  VIV_PHONE_INVALID: bad<{ phone: string; problem: string }>(
    (p) => `${p.phone} is not a telephone number: ${p.problem}. Correct it; nothing was changed.`,
  ),
} as const;
