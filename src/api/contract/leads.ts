import { z } from 'zod';
import { zoneSchema } from '../../domain/calendar/local-time';
import { CONSENT_BASES } from '../../domain/consent/record';
import { localeField } from '../../domain/localised';
import { slug } from '../../domain/sequence/names';
import {
  attributesField,
  emailField,
  idempotencyKeyField,
  instantField,
  organisationField,
  tagsField,
  text,
} from './common';

/** What a caller may say of a contact. */
export const contactBody = z.strictObject({
  email: emailField,
  name: text(200).optional(),
  timeZone: zoneSchema.optional(),
  locale: localeField.optional(),
  attributes: attributesField.optional(),
  /** Added to those that the contact has. */
  tags: tagsField.optional(),
  organisation: organisationField.optional(),
});

export const leadBody = z
  .strictObject({
    idempotencyKey: idempotencyKeyField.optional(),
    at: instantField.optional(),
    contact: contactBody,
    lead: z.strictObject({ offer: text(100), source: text(100), campaign: text(100).optional() }),
    consent: z
      .strictObject({
        purpose: slug,
        granted: z.boolean().default(true),
        basis: z.enum(CONSENT_BASES),
        /** The exact words that were shown. */
        text: text(5000),
        /** Of the text, as the caller calls it. */
        textVersion: text(100).optional(),
        /** Of the text. */
        locale: localeField.optional(),
        /** It holds only once it is confirmed by a link that is mailed. */
        doubleOptIn: z.boolean().optional(),
        /** Of whoever said it. */
        ip: z.union([z.ipv4(), z.ipv6()]).optional(),
        userAgent: text(500).optional(),
      })
      .optional(),
  })
  .readonly();
export type LeadBody = z.output<typeof leadBody>;

/** 202 when it was recorded, 200 when it had been recorded before. */
export interface LeadAnswer {
  readonly contactId: string;
  readonly leadId: string;
  readonly interactionId: string;
  readonly duplicate: boolean;
}
