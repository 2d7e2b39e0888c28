import { z } from 'zod';
import { slug } from '../sequence/names';
import { accountsSchema } from './account-rules';
import { mailDomain } from './mail-domain';

/** The server takes no rates below. */
export const LEAST_PER_SECOND = 0.01;
const perSecond = z.number().min(LEAST_PER_SECOND).max(10_000);

/** How fast mails go out, in whose turn, and by which account. */
export const deliverySchema = z
  .strictObject({
    /** What the relay takes, of all mails together. */
    provider: z.strictObject({ perSecond }).optional(),
    /** What a recipient's domain takes; `also`: other names of it. `*`: all other domains together. */
    domains: z
      .record(
        z.union([z.literal('*'), mailDomain]),
        z.strictObject({
          perSecond,
          /** Most mails that one worker has on their way at once. */
          atOnce: z.int().min(1).max(1000).optional(),
          also: z.array(mailDomain).default([]),
        }),
      )
      .default({}),
    /** Sequences that wait in one lane take turns by these; others have 1. */
    shares: z.record(slug, z.number().min(0.001).max(1000)).default({}),
    /** By purpose: 1 goes first, 5 last; others have 3. */
    priority: z.record(slug, z.int().min(1).max(5)).default({}),
    /** By name; absent: VIVEIRO_SMTP_URL takes all mail. */
    accounts: accountsSchema.optional(),
    /** What an account stays with: all mails to one recipient, to one domain, or each send for itself. */
    accountBy: z.enum(['recipient', 'domain', 'send']).default('recipient'),
    /** The company in the Feedback-ID of each mail, by which Gmail counts complaints per sequence and template. */
    feedbackId: z
      .string()
      .regex(/^[a-z0-9-]{5,15}$/, 'not a name for Feedback-ID; use 5 to 15 lower-case letters, digits and -')
      .optional(),
  })
  .readonly();
export type DeliveryRules = z.output<typeof deliverySchema>;
