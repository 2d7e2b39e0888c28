import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { eventTypeSchema } from '../event';

/** Most occurrences that `did` counts: the facts carry that many events. */
const MOST_TIMES = 1000;
const times = (least: number) =>
  z
    .int(`must be a whole number from ${least} to ${MOST_TIMES}`)
    .min(least, `must be at least ${least}`)
    .max(MOST_TIMES, `must be at most ${MOST_TIMES}`);

/** `{ did: mail.clicked, within: 14d, atLeast: 2 }` as YAML gives it, without its `where`, which is a condition again. */
export const didSchema = z
  .strictObject({
    did: eventTypeSchema,
    within: durationSchema.optional(),
    since: z
      .literal('journey', 'must be journey; for a time write within: 14d')
      .optional()
      .meta({ description: 'Only events since the journey began.' }),
    atLeast: times(1).optional(),
    atMost: times(0).optional(),
  })
  .refine(({ atLeast = 0, atMost = MOST_TIMES }) => atLeast <= atMost, {
    error: 'is less than atLeast, so this never holds',
    path: ['atMost'],
  });
