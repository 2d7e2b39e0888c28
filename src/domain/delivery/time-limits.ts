/**
 * How long each part of sending one mail may take (ms). All that one attempt of the activity may have to wait for, one after the
 * other, ends before Temporal gives the attempt up: else two would work on one send.
 */
export const MAIL_LIMITS = {
  /** Start to close, as the workflow asks. */
  activityMs: 180_000,
  /** For a send that another worker has: longer than the lease of one that died. */
  busyMs: 20_000,
  /** For its turn among the mails to one domain. */
  domainWaitMs: 5_000,
  /** For a free connection of its account. */
  connectionWaitMs: 30_000,
  /** To find out that an idle connection is dead. */
  staleMs: 10_000,
  /** To look the server up, connect, greet, secure and log in, all together. */
  connectMs: 20_000,
  /** From the envelope to the 354. */
  envelopeMs: 30_000,
  /** From the first byte of the body to the final reply. */
  replyMs: 60_000,
} as const;

/** The longest that an attempt waits for others. */
export const longestSendMs = (limits: Omit<typeof MAIL_LIMITS, 'activityMs'> = MAIL_LIMITS): number =>
  limits.busyMs +
  limits.domainWaitMs +
  limits.connectionWaitMs +
  limits.staleMs +
  limits.connectMs +
  limits.envelopeMs +
  limits.replyMs;
