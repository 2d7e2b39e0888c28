import { z } from 'zod';
import { durationSchema } from '../calendar/duration';

/** PLACEHOLDER written by the contract; the conditions module owns this file. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly did: string; readonly within?: number; readonly atLeast?: number }
  | {
      readonly fact: string;
      readonly is?: string | number | boolean | null;
      readonly in?: readonly (string | number)[];
      readonly atLeast?: number;
    };

export const conditionSchema: z.ZodType<Condition, unknown> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(conditionSchema).min(1) }),
    z.strictObject({ any: z.array(conditionSchema).min(1) }),
    z.strictObject({ not: conditionSchema }),
    z.strictObject({ did: z.string(), within: durationSchema.optional(), atLeast: z.int().min(1).optional() }),
    z.strictObject({
      fact: z.string(),
      is: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
      in: z.array(z.union([z.string(), z.number()])).optional(),
      atLeast: z.number().optional(),
    }),
  ]),
);
