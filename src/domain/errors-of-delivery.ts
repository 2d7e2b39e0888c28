import { bad, missing } from './error-spec';

/** Of the registry in ./errors: SMTP accounts and signatures. */
export const DELIVERY_ERRORS = {
  VIV_DKIM_KEY: missing<{ key: string; name: string; problem: string }>(
    (p) =>
      `The key that signs as ${p.name} cannot be used: ${p.key}: ${p.problem}. Make one with viveiro dkim create, or correct where it is looked for.`,
  ),
  VIV_DKIM_EXISTS: bad<{ file: string }>(
    (p) =>
      `There is a key already: ${p.file}. Show its record with viveiro dkim show, or make one with another --selector; mails that are under way are checked by the old one.`,
    409,
  ),
  VIV_ACCOUNT_UNKNOWN: bad<{ account: string; known: string }>(
    (p) =>
      `No SMTP account "${p.account}" stands in rules/delivery.yaml. There are: ${p.known || 'none'}. Name one of them, or add it there.`,
    404,
  ),
  VIV_ACCOUNT_STANDS: bad<{ account: string; state: string }>(
    (p) =>
      `SMTP account "${p.account}" is ${p.state === 'out' ? 'put out' : 'in use'} already, and nothing was changed. Look: viveiro account show ${p.account}.`,
    409,
  ),
} as const;
