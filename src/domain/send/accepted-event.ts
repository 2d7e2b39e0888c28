import { EVENTS, type IncomingEvent } from '../event';
import type { Instant } from '../ids';

export interface AcceptedMail {
  readonly sendId: string;
  readonly contactId: string;
  readonly journeyId: string | null;
  readonly leadId: string | null;
  readonly template: string;
  /** Null: the step has none. */
  readonly variant: string | null;
}

/** The event of a mail that a server has taken. Its key hangs on the send alone: whoever tells of it, at once or late, tells the same. */
export function acceptedEvent(mail: AcceptedMail, at: Instant): IncomingEvent {
  const { sendId, contactId, journeyId, leadId, template, variant } = mail;
  return {
    type: EVENTS.mailAccepted,
    contactId,
    at,
    idempotencyKey: `${EVENTS.mailAccepted}:${sendId}`,
    journeyId: journeyId ?? undefined,
    leadId: leadId ?? undefined,
    properties: { sendId, template, ...(variant === null ? {} : { variant }) },
  };
}

/** The event of a mail whose address is none, as its server has said. Once per send, as the one above. */
export function bouncedEvent(mail: Omit<AcceptedMail, 'template' | 'variant'>, at: Instant): IncomingEvent {
  const { sendId, contactId, journeyId, leadId } = mail;
  return {
    type: EVENTS.mailBounced,
    contactId,
    at,
    idempotencyKey: `${EVENTS.mailBounced}:${sendId}`,
    journeyId: journeyId ?? undefined,
    leadId: leadId ?? undefined,
    properties: { sendId, kind: 'hard' },
  };
}
