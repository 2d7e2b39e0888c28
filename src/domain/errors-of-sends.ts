import { bad, missing } from './error-spec';

/** Of the registry in ./errors: the send ledger. */
export const SEND_ERRORS = {
  VIV_SEND_BUSY: missing<{ send: string }>(
    (p) => `Send ${p.send} is in the hands of another worker. It is tried again in a moment; nothing is sent twice.`,
  ),
  VIV_SEND_UNKNOWN: bad<{ send: string }>(
    (p) => `No send "${p.send}" is on record. List those in doubt: viveiro sends --uncertain.`,
    404,
  ),
  VIV_SEND_SETTLED: bad<{ send: string; status: string }>(
    (p) => `Send ${p.send} is in no doubt: it stands as ${p.status}. Nothing was changed; look: viveiro sends show.`,
    409,
  ),
} as const;
