import { z } from 'zod';
import { MOST_WOKEN_PER_MINUTE } from '../../domain/pause/pause';
import { contactRef, text } from './common';

const by = text(200).default('API');

export const pauseBody = z
  .strictObject({
    sequence: text(60).optional(),
    contact: contactRef.optional(),
    everything: z.literal(true).optional(),
    mode: z.enum(['freeze', 'elapse', 'skip']),
    reason: text(500),
    by,
  })
  .refine(
    ({ sequence, contact, everything }) =>
      [sequence, contact, everything].filter((one) => one !== undefined).length === 1,
    'give one of sequence, contact, "everything": true',
  )
  .readonly();

export const resumeBody = z
  .strictObject({ perMinute: z.int().min(1).max(MOST_WOKEN_PER_MINUTE).optional(), by })
  .readonly();

export const pauseId = z.strictObject({ id: z.uuid('not the id of a pause') });
export const pauseQuery = z.strictObject({ all: z.enum(['true', 'false']).default('false') });
