import { z } from 'zod';
import { slug } from '../sequence/names';

/** The server takes no rates below. */
export const LEAST_PER_SECOND = 0.01;
const perSecond = z.number().min(LEAST_PER_SECOND).max(10_000);
const domain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'not a domain; write it in lower case, like gmail.com');

/** How fast mails go out, and in whose turn. */
export const deliverySchema = z
  .strictObject({
    /** What the relay takes, of all mails together. */
    provider: z.strictObject({ perSecond }).optional(),
    /** What a recipient's domain takes; `also`: other names of it. `*`: all other domains together. */
    domains: z
      .record(z.union([z.literal('*'), domain]), z.strictObject({ perSecond, also: z.array(domain).default([]) }))
      .default({}),
    /** Sequences that wait in one lane take turns by these; others have 1. */
    shares: z.record(slug, z.number().min(0.001).max(1000)).default({}),
    /** By purpose: 1 goes first, 5 last; others have 3. */
    priority: z.record(slug, z.int().min(1).max(5)).default({}),
  })
  .readonly();
export type DeliveryRules = z.output<typeof deliverySchema>;
