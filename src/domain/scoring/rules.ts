import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { conditionSchema } from '../conditions';
import { eventTypeSchema } from '../event';
import { slug } from '../sequence/names';

/** Fit: each rule whose condition holds gives its points; the sum gives the grade. Interest: events give points that fade. */
export const scoringSchema = z
  .strictObject({
    fit: z.array(z.strictObject({ name: slug, when: conditionSchema, points: z.int().min(-100).max(100) })).default([]),
    /** Least fit points for A, B and C; below C is D. */
    grades: z.strictObject({ A: z.int(), B: z.int(), C: z.int() }),
    interest: z
      .array(
        z.strictObject({
          name: slug,
          on: eventTypeSchema,
          points: z.number().min(-1000).max(1000),
          /** Most points this rule gives to one lead, ever. */
          cap: z.number().positive().optional(),
        }),
      )
      .default([]),
    /** Interest halves in this time. */
    halfLife: durationSchema,
    temperature: z.strictObject({ warm: z.number(), hot: z.number() }),
    /** A lead is MQL when its interest and its grade reach these. */
    mql: z.strictObject({ score: z.number(), grade: z.enum(['A', 'B', 'C', 'D']) }),
  })
  .readonly();
export type ScoringRules = z.output<typeof scoringSchema>;
