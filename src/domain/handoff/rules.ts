import { z } from 'zod';
import { conditionSchema } from '../conditions';
import { slug } from '../sequence/names';

const repSchema = z.strictObject({
  name: z.string().min(1),
  email: z.email(),
  weight: z.int().min(1).max(100).default(1),
});

/** Teams with their reps and manager; the first rule that holds chooses the team. */
export const routingSchema = z
  .strictObject({
    teams: z.record(slug, z.strictObject({ reps: z.array(repSchema).min(1), manager: repSchema })),
    rules: z.array(z.strictObject({ name: slug, when: conditionSchema, team: slug })).default([]),
    otherwise: slug,
  })
  .readonly();
export type RoutingRules = z.output<typeof routingSchema>;
