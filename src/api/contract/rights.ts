import { z } from 'zod';
import { durationSchema } from '../../domain/calendar/duration';
import { zoneSchema } from '../../domain/calendar/local-time';
import { LOCALE, NO_LOCALE } from '../../domain/localised';
import { attributesField, emailField, idempotencyKeyField, text } from './common';

const localeField = z.string().regex(LOCALE, NO_LOCALE);
const by = text(200).default('API');

/** What may be corrected; null takes it out. */
export const correctionFields = z.strictObject({
  email: emailField.optional(),
  name: text(200).nullable().optional(),
  phone: text(64).nullable().optional(),
  locale: localeField.optional(),
  timeZone: zoneSchema.optional(),
  attributes: attributesField.optional(),
});

export const correctionBody = correctionFields
  .extend({ reason: text(500), by, idempotencyKey: idempotencyKeyField.optional() })
  .refine(
    ({ reason: _, by: __, idempotencyKey: ___, ...fields }) => Object.keys(fields).length > 0,
    'says nothing to correct',
  )
  .readonly();

export const erasureBody = z
  .strictObject({
    /** How long it can be cancelled, like 24h. */
    after: durationSchema.optional(),
    scope: z.enum(['marketing', 'everything']).default('marketing'),
    dryRun: z.boolean().default(false),
    by,
  })
  .readonly();

export const cancelBody = z.strictObject({ by }).readonly();
export const erasureId = z.strictObject({ id: z.uuid('not the id of an erasure') });
export const erasureQuery = z.strictObject({
  email: emailField.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export const exportQuery = z.strictObject({
  format: z.enum(['json', 'html']).default('json'),
  lang: z.enum(['en', 'pt', 'pl']).optional(),
});
