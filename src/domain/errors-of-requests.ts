import { bad } from './error-spec';

/** Of the registry in ./errors: requests that are none, too large, too slow, or of nobody. */
export const REQUEST_ERRORS = {
  VIV_UNAUTHORISED: bad<Record<string, never>>(
    () =>
      'The API key is missing, wrong or revoked. Send "Authorization: Bearer <key>"; make one: viveiro key create NAME.',
    401,
  ),
  VIV_BODY_INVALID: bad<{ problems: string }>(
    (p) => `The body is not valid: ${p.problems}. Correct that, and send it again.`,
  ),
  VIV_BODY_TOO_LARGE: bad<{ limitBytes: number }>(
    (p) => `The body is larger than ${p.limitBytes} bytes. Send events in smaller parts.`,
    413,
  ),
  VIV_HEAD_TOO_LARGE: bad<Record<string, never>>(
    () =>
      'The address and the headers are larger than 16 KB together. None of ours are; send what the page or the mail has.',
    431,
  ),
  VIV_REQUEST_INVALID: bad<Record<string, never>>(
    () => 'This is no request of HTTP/1.1. Send one; behind a proxy, check that it speaks plain HTTP here.',
  ),
  VIV_REQUEST_SLOW: bad<Record<string, never>>(
    () => 'The request was not whole in time. Send it again, in smaller parts.',
    408,
  ),
  VIV_MEDIA_TYPE: bad<{ given: string; wanted?: string }>(
    (p) => `The content type "${p.given}" is not taken here. Send "Content-Type: ${p.wanted ?? 'application/json'}".`,
    415,
  ),
} as const;
