import { z } from 'zod';
import type { ConsentWords } from './consent/record';
import type { Instant, Json } from './ids';

/** Event types: lower case words joined by dots or underscores, like `mail.clicked`. */
export const EVENT_TYPE = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/;
/** What machines do with our mails: on record, and nothing follows from it. */
const MACHINE_EVENT = 'mail.scanned';

export const eventTypeSchema = z
  .string()
  .max(80)
  .regex(EVENT_TYPE, 'not an event type; write lower-case words joined by dots, like mail.clicked')
  .refine(
    (type) => type !== MACHINE_EVENT,
    'is what machines do, and weighs nothing; write mail.clicked for what people do',
  );

/** Event types that Viveiro itself records or acts upon. Companies add their own freely. */
export const EVENTS = {
  leadCreated: 'lead.created',
  formSubmitted: 'form.submitted',
  enquirySent: 'enquiry.sent',
  commentSent: 'comment.sent',
  ebookRequested: 'ebook.requested',
  ebookDownloaded: 'ebook.downloaded',
  webinarRegistered: 'webinar.registered',
  mailAccepted: 'mail.accepted',
  mailClicked: 'mail.clicked',
  mailOpened: 'mail.opened',
  mailScanned: MACHINE_EVENT,
  mailDelivered: 'mail.delivered',
  mailDelayed: 'mail.delayed',
  mailBounced: 'mail.bounced',
  mailSoftBounced: 'mail.soft_bounced',
  mailBlocked: 'mail.blocked',
  mailComplained: 'mail.complained',
  mailReplied: 'mail.replied',
  mailAutoReplied: 'mail.auto_replied',
  mailUnsubscribed: 'mail.unsubscribed',
  pageViewed: 'page.viewed',
  consentRequested: 'consent.requested',
  consentGiven: 'consent.given',
  consentWithdrawn: 'consent.withdrawn',
  preferencesRequested: 'preferences.requested',
  callRequested: 'call.requested',
  purchase: 'purchase',
  purchaseReturned: 'purchase.returned',
  clientInactive: 'client.inactive',
  clientPreInactive: 'client.pre_inactive',
  handoffOffered: 'handoff.offered',
  handoffAnswered: 'handoff.answered',
  taskClosed: 'task.closed',
  journeyEnded: 'journey.ended',
  contactCorrected: 'contact.corrected',
  contactExported: 'contact.exported',
} as const;

/** Recorded in place of `lead.created` when a contact shows interest in an offer that it has a lead for. */
export const LEAD_REPEATED = 'lead.repeated';

/** An interaction on its way in. `at` is business time; `idempotencyKey` makes it count once. */
export interface IncomingEvent {
  readonly type: string;
  readonly contactId: string;
  readonly at: Instant;
  readonly idempotencyKey: string;
  readonly journeyId?: string;
  readonly leadId?: string;
  readonly properties?: { readonly [key: string]: Json };
  /** Of an event about consent: what its proof needs. It goes into that alone, and counts for no key. */
  readonly words?: ConsentWords;
}
