import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { ACCOUNT_FAULTS } from '../send/delivery';

const MINUTE = 60_000;

/** When an account that fails rests, and how long. */
export const restSchema = z
  .strictObject({
    after: z.int().min(1).max(100).default(5).meta({
      description: 'Faults of the account in a row, with no mail that it took between them, after which it rests.',
    }),
    within: durationSchema
      .refine((ms) => ms >= 2 * MINUTE, 'must be 2m or more')
      .default(10 * MINUTE)
      .meta({ description: 'A fault that comes later than this after the one before it begins the count anew.' }),
    for: durationSchema.default(MINUTE).meta({ description: 'How long the first rest lasts.' }),
    growth: z.number().min(1).max(10).default(2).meta({
      description: 'How many times longer each rest is than the one before, while the account keeps failing.',
    }),
    atMost: durationSchema.default(60 * MINUTE).meta({ description: 'No rest is longer.' }),
    of: z
      .array(z.enum(ACCOUNT_FAULTS))
      .min(1)
      .readonly()
      .default([...ACCOUNT_FAULTS])
      .meta({
        description:
          'Which faults count. connection: it cannot be reached, breaks off or says 421. authentication: it refuses the login. policy: it refuses the sender, or us.',
      }),
  })
  .refine((rest) => rest.for <= rest.atMost, { error: 'the first rest is longer than atMost', path: ['for'] })
  .readonly();
export type RestRules = z.output<typeof restSchema>;

const MOST = 100_000_000;
const rate = (what: string) =>
  z
    .int()
    .min(1)
    .max(MOST)
    .optional()
    .meta({ description: `Most mails in ${what}.` });

/** What an account takes, of all workers together. */
export const ratesSchema = z
  .strictObject({
    perMinute: rate('a minute, by the clock'),
    perHour: rate('an hour, by the clock'),
    perDay: rate('a day, by the clocks of the company'),
    atOnce: z.int().min(1).max(10_000).optional().meta({ description: 'Most mails on their way at once.' }),
  })
  .refine((rates) => Object.values(rates).some((most) => most !== undefined), {
    error: 'there is no rate; write perHour: 500, or leave it out',
  })
  .readonly();
export type RateRules = z.output<typeof ratesSchema>;
