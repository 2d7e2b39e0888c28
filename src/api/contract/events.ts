import { z } from 'zod';
import { eventTypeSchema } from '../../domain/event';
import { CREATED_BY_ADDRESS, contactRef, idempotencyKeyField, instantField, propertiesField } from './common';

export const MOST_EVENTS = 500;

export const eventBody = z
  .strictObject({
    type: eventTypeSchema,
    contact: contactRef,
    /** Default: when the request came. */
    at: instantField.optional(),
    /** Or the header Idempotency-Key, for one event. Without any, each request counts. */
    idempotencyKey: idempotencyKeyField.optional(),
    properties: propertiesField.optional(),
    /** Put an unknown address on record, without lead or consent. */
    createContact: z.boolean().default(false),
  })
  .refine(...CREATED_BY_ADDRESS)
  .readonly();
export type EventBody = z.output<typeof eventBody>;

export const eventBatchBody = z.strictObject({ events: z.array(eventBody).min(1).max(MOST_EVENTS) }).readonly();

/** Answer to one event: 202 when it was recorded, 200 when it had been recorded before. */
export interface EventAnswer {
  readonly interactionId: string;
  readonly duplicate: boolean;
}

/** What became of one event of a batch; `index` is its place in the request. */
export type BatchResult =
  | ({ readonly index: number; readonly status: 'recorded' | 'duplicate' } & EventAnswer)
  | {
      readonly index: number;
      readonly status: 'refused';
      readonly code: string;
      readonly detail: string;
      /** Sending it again later may help. */
      readonly retry: boolean;
    };
