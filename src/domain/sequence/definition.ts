import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { conditionSchema } from '../conditions';
import { eventTypeSchema } from '../event';
import { stepSchema } from '../steps';
import { slug } from './names';

/** A goal or an exit: holds at any moment, also inside waits. By an event (`on`), by a condition (`when`), or both. */
const ruleSchema = z
  .strictObject({ name: slug, on: eventTypeSchema.optional(), when: conditionSchema.optional() })
  .refine(
    (rule) => rule.on !== undefined || rule.when !== undefined,
    'needs `on: <event>`, `when: <condition>`, or both',
  )
  .readonly();

const enterSchema = z
  .strictObject({
    /** An event that enters its contact. */
    on: eventTypeSchema.optional(),
    /** With `on`: only when this holds too. */
    where: conditionSchema.optional(),
    /** A segment: the daily sweep enters everyone for whom it holds. */
    when: conditionSchema.optional(),
    byHand: z.boolean().default(true),
  })
  .readonly();

/** A sequence as its YAML file says it; see docs/sequences.md. */
export const definitionSchema = z
  .strictObject({
    sequence: slug,
    title: z.string().min(1).max(200),
    description: z.string().max(2000).optional(),
    purpose: slug.default('marketing'),
    audience: z.enum(['lead', 'client']),
    enter: enterSchema,
    /** May a contact enter again after an earlier journey ended? Never two at once for one lead. */
    reenter: z.union([z.enum(['never', 'always']), z.strictObject({ after: durationSchema })]).default('never'),
    goal: ruleSchema.optional(),
    exits: z.array(ruleSchema).default([]),
    steps: z.array(stepSchema).min(1),
  })
  .readonly();

export type Definition = z.output<typeof definitionSchema>;
export type Rule = z.output<typeof ruleSchema>;
