import { z } from 'zod';
import { CREATED_BY_ADDRESS, contactRef, instantField, text } from './common';

export const purchaseBody = z
  .strictObject({
    contact: contactRef,
    /** The invoice or order: it counts once. */
    reference: text(200),
    /** Money, in the company's currency; also for a return, without a sign. */
    amount: z.number().nonnegative().max(1e12),
    isReturn: z.boolean().default(false),
    at: instantField.optional(),
    createContact: z.boolean().default(false),
  })
  .refine(...CREATED_BY_ADDRESS)
  .readonly();
export type PurchaseBody = z.output<typeof purchaseBody>;
