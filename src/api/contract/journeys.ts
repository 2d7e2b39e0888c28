import { z } from 'zod';
import { slug } from '../../domain/sequence/names';
import type { LeadRef } from '../../store/lead-ref';
import { contactRef, idempotencyKeyField, text } from './common';

/** One of the contact's leads, by id or offer. */
const leadRef = z
  .strictObject({ id: z.uuid().optional(), offer: text(100).optional() })
  .refine((ref) => (ref.id === undefined) !== (ref.offer === undefined), 'give either id or offer')
  .transform((ref): LeadRef => (ref.id === undefined ? { offer: ref.offer ?? '' } : { id: ref.id }));

export const journeyBody = z
  .strictObject({
    sequence: slug,
    contact: contactRef,
    /** Default: the contact's newest. */
    lead: leadRef.optional(),
    /** With re-entry per key: which one it is about. */
    key: text(200).optional(),
    /** The same key enters the same contact once into a sequence. Without any, each request is a new cause. */
    idempotencyKey: idempotencyKeyField.optional(),
  })
  .readonly();

/** `waits`: another sequence of the group is under way; it enters by itself. */
export type JourneyAnswer =
  | { readonly journeyId: string; readonly status: 'entered' }
  | { readonly journeyId: string; readonly status: 'waits'; readonly reason: string };
