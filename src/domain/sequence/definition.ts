import { z } from 'zod';
import { conditionSchema } from '../conditions';
import { enterSchema, exclusiveSchema, reenterSchema } from '../entry/schema';
import { eventTypeSchema } from '../event';
import { prioritySchema } from '../gate/priority';
import { stepSchema } from '../steps';
import { slug } from './names';

const ruleKeys = {
  name: slug.meta({ description: 'Its name: reports count by it.' }),
  on: eventTypeSchema.optional().meta({ description: 'The event that makes it hold.' }),
  where: conditionSchema
    .optional()
    .meta({ description: 'With `on`: must hold of the event; event.<property> is its.' }),
  when: conditionSchema.optional(),
};
const hasTest = (rule: { readonly on?: unknown; readonly where?: unknown; readonly when?: unknown }): boolean =>
  rule.on !== undefined || (rule.when !== undefined && rule.where === undefined);
const TESTLESS = 'needs `on: <event>` (which `where:` may narrow), `when: <condition>`, or both';

/** An exit: holds at any moment, also inside waits. By an event (`on`), by a condition (`when`), or both. */
const ruleSchema = z.strictObject(ruleKeys).refine(hasTest, TESTLESS).readonly();

/** A goal holds as an exit does, and may give the lead a stage when it is reached. */
const goalSchema = z
  .strictObject({
    ...ruleKeys,
    stage: z.enum(['sql', 'won']).optional().meta({ description: 'The stage of the lead once the goal is reached.' }),
  })
  .refine(hasTest, TESTLESS)
  .readonly();

/** A sequence as its YAML file says it; see docs/sequences.md. */
export const definitionSchema = z
  .strictObject({
    sequence: slug,
    title: z.string().min(1).max(200),
    description: z.string().max(2000).optional(),
    purpose: slug.default('marketing'),
    /** How much its mails count against those of other sequences. */
    priority: prioritySchema
      .optional()
      .meta({ description: 'Of its mails, where gate rules compare them. Default: 0.' }),
    audience: z.enum(['lead', 'client']),
    enter: enterSchema,
    /** Never two journeys at once: of one contact, with `newLead` of one lead, with `perKey` for one key. */
    reenter: reenterSchema.default('never'),
    exclusive: exclusiveSchema.optional(),
    goal: goalSchema.optional(),
    exits: z.array(ruleSchema).default([]),
    steps: z.array(stepSchema).min(1),
  })
  .readonly();

export type Definition = z.output<typeof definitionSchema>;
export type Rule = z.output<typeof ruleSchema>;
