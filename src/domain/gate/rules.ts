import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { slug } from '../sequence/names';

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day; write it like 20:00');

/** When a contact may be mailed. */
export const gateSchema = z
  .strictObject({
    /** Purposes that need a consent on record; others need none. */
    consentFor: z.array(slug),
    /** At most `most` accepted mails of a purpose within `within`. */
    caps: z.array(z.strictObject({ purpose: slug, most: z.int().min(1), within: durationSchema })).default([]),
    /** No mail of these purposes between `from` and `to` in the contact's zone. */
    quietHours: z.strictObject({ from: time, to: time, purposes: z.array(slug) }).optional(),
    /** Clients may get mail of the purpose similar_products without a consent on record; `within`: since their last purchase. */
    softOptIn: z.strictObject({ within: durationSchema }).optional(),
  })
  .readonly();
export type GateRules = z.output<typeof gateSchema>;
