import { stepSchema } from '../../../src/domain/steps';

/** A workflow as none should be: it takes the schemas of all steps, and zod and luxon with them. */
export async function heavy(input: unknown): Promise<boolean> {
  return stepSchema.safeParse(input).success;
}
