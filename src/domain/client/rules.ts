import { z } from 'zod';
import { durationSchema } from '../calendar/duration';

/** Recency rules: how long after the last purchase a client is pre-inactive, then inactive. */
export const lifecycleSchema = z
  .strictObject({
    preInactiveAfter: durationSchema,
    inactiveAfter: durationSchema,
    sweep: z.strictObject({
      /** Local time of the daily sweep, and its zone. */
      at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day; write it like 03:00'),
      zone: z.string(),
      /** Most journeys that one sweep enters per sequence: the rest come on the next days. */
      perDay: z.int().min(1).max(1_000_000),
    }),
  })
  .refine((rules) => rules.inactiveAfter > rules.preInactiveAfter, 'inactiveAfter must be longer than preInactiveAfter')
  .readonly();
export type LifecycleRules = z.output<typeof lifecycleSchema>;
