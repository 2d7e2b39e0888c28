import { z } from 'zod';
import type { Condition } from './condition';
import { CONDITION_ID, conditionJsonSchema } from './json-schema';
import { parseCondition } from './parse';

export type { Condition } from './condition';

/**
 * A condition as YAML or JSON gives it; see docs/conditions.md. Out comes plain JSON with durations in milliseconds.
 * It reads by hand and not by a union, whose issues would name every form that was not meant.
 */
export const conditionSchema: z.ZodType<Condition, unknown> = z
  .unknown()
  .transform((input, context): Condition => {
    const parsed = parseCondition(input);
    if (parsed.ok) return parsed.value;
    for (const { path, message } of parsed.problems) context.addIssue({ code: 'custom', message, path: [...path] });
    return z.NEVER;
  })
  .meta({ id: CONDITION_ID, ...conditionJsonSchema() });
