import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { eventTypeSchema } from '../event';
import type { Json } from '../ids';
import { slug, stepId } from '../sequence/names';

const PERSONAS = ['engaged', 'passive', 'bounces', 'unsubscribes', 'asks_for_call', 'returns'] as const;
export const personaSchema = z.enum(PERSONAS);
/** How a recipient behaves. `returns` is a client who buys again; the others fit everyone. */
export type Persona = z.output<typeof personaSchema>;

const jsonSchema: z.ZodType<Json> = z.json();

const properties = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({});

/** Either some time after the mail of a step was accepted, or some time after the rehearsal began. */
const entrySchema = z
  .strictObject({
    afterStep: stepId.optional().meta({ description: 'A mail step; the event comes once its mail was accepted.' }),
    in: durationSchema.optional().meta({ description: 'With afterStep: how long after the mail; default: at once.' }),
    at: durationSchema.optional().meta({ description: 'How long after the start of the rehearsal.' }),
    event: eventTypeSchema,
    properties,
  })
  .refine(
    (e) => (e.at !== undefined) !== (e.afterStep !== undefined),
    'needs either `afterStep: <step>` with `in: 3h`, or `at: 5d`',
  )
  .refine((e) => e.in === undefined || e.at === undefined, '`in` goes with `afterStep`; leave it out beside `at`')
  .readonly();
export type ScriptEntry = z.output<typeof entrySchema>;

const behaviourSchema = z
  .strictObject({ persona: personaSchema.optional(), events: z.array(entrySchema).default([]) })
  .readonly();

/** What recipients do in a rehearsal: for everyone, and for single contacts by e-mail address. See docs/rehearsal.md. */
export const scriptSchema = z
  .strictObject({
    seed: z.int().min(0).default(1),
    /** Weights of personas for contacts with none of their own. */
    personas: z
      .partialRecord(personaSchema, z.number().min(0))
      .refine((weights) => Object.values(weights).some((weight) => weight > 0), 'needs a weight above 0')
      .optional(),
    everyone: behaviourSchema.optional(),
    /** By address, as contacts are on record: trimmed and in lower case. */
    contacts: z.record(z.string().trim().toLowerCase(), behaviourSchema).default({}),
    /** Whether reps answer by themselves. */
    reps: z.enum(['answer', 'silent']).default('answer'),
    /** What other systems answer, by endpoint: none is told. */
    webhooks: z
      .record(
        slug,
        z.strictObject({ status: z.int().min(200).max(599).default(200), body: jsonSchema.default({}) }).readonly(),
      )
      .default({}),
  })
  .readonly();
export type Script = z.output<typeof scriptSchema>;
