import { z } from 'zod';
import { JSON_PATH } from './json-path';

/** A place in a message of another system. `example`: for who writes something else. */
export const pathSchema = (example: string) =>
  z.string().max(200).regex(JSON_PATH, `not a path; write names joined by dots, like ${example}`);

/** Where a time stands, and how it is written. */
export const timeAtSchema = (path: z.ZodString) =>
  z.strictObject({ path, unit: z.enum(['seconds', 'milliseconds', 'iso']).default('iso') });
