import { bad, missing } from './error-spec';

/** Of the registry in ./errors: what comes back by mail, mailbox and providers. */
export const INBOUND_ERRORS = {
  VIV_INBOUND_NO_ADDRESS: bad<Record<string, never>>(
    () => 'No mail is taken for this address. Write to the sender of the mail that you got.',
    404,
  ),
  VIV_INBOUND_FORGED: bad<Record<string, never>>(
    () => 'This address looks like one of ours, but we never made it. Report to the return path of the mail itself.',
    403,
  ),
  VIV_INBOUND_FOREIGN: bad<Record<string, never>>(
    () => 'It brings back a mail that we never sent. Nothing follows from it.',
    403,
  ),
  VIV_INBOUND_RECIPIENT: bad<Record<string, never>>(
    () => 'It names a recipient to whom this mail never went. Nothing follows from it.',
    403,
  ),
  VIV_INBOUND_CONTRADICTION: bad<Record<string, never>>(
    () =>
      'The address that it came to and the mail that it brings back are of different sends. Nothing follows from it.',
    403,
  ),
  VIV_INBOUND_PLAIN: bad<Record<string, never>>(
    () => 'Mail is taken over TLS alone here. Begin it with STARTTLS, then send the mail.',
    403,
  ),
  VIV_INBOUND_TOO_LARGE: bad<{ limitBytes: number }>(
    (p) => `The message is larger than ${p.limitBytes} bytes. A report needs no more than the head of the mail.`,
    413,
  ),
  VIV_INBOUND_UNREADABLE: bad<{ problem: string }>(
    (p) =>
      `The message cannot be taken apart: ${p.problem}. It is kept as it came; look at it with viveiro inbound show.`,
  ),
  VIV_INBOUND_UNKNOWN: bad<{ id: string }>((p) => `Nothing came in under "${p.id}". List it: viveiro inbound.`, 404),
  VIV_HOOK_UNKNOWN: bad<{ hook: string }>(
    (p) => `No provider "${p.hook}" stands in rules/inbound.yaml. Add it under hooks, or correct the address.`,
    404,
  ),
  VIV_HOOK_UNSIGNED: bad<{ hook: string; problem: string }>(
    (p) => `The message of provider "${p.hook}" is not signed as agreed: ${p.problem}. Check signature and secret.`,
    401,
  ),
  VIV_CERTIFICATE_UNREACHABLE: missing<{ url: string; problem: string }>(
    (p) =>
      `The certificate at ${p.url} cannot be had: ${p.problem}. Let this server reach Amazon SNS, or put its certificate in the rules.`,
  ),
  VIV_INBOUND_NO_QUESTION: bad<{ id: string }>(
    (p) => `"${p.id}" asks nothing that can be confirmed. List what does: viveiro inbound --kind confirmation.`,
    409,
  ),
  VIV_CONFIRMATION_FAILED: missing<{ problem: string }>(
    (p) =>
      `Amazon SNS did not take the confirmation: ${p.problem}. Its questions hold for three days; let it ask again.`,
  ),
  VIV_INBOUND_NOT_WAITING: bad<{ id: string; problem: string }>(
    (p) =>
      `"${p.id}" cannot be accepted: ${p.problem}. List replies that wait: viveiro inbound --kind reply --standing kept.`,
    409,
  ),
  VIV_IMAP_FAILED: missing<{ mailbox: string; problem: string }>(
    (p) => `The mailbox ${p.mailbox} cannot be read: ${p.problem}. Check VIVEIRO_INBOUND_IMAP_URL; it is tried again.`,
  ),
} as const;
