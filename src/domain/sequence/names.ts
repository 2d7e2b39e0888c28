import { z } from 'zod';

/** Names in files: lower-case letters, digits, `-` and `_`. */
export const slug = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9_-]*$/, 'not a name; use lower-case letters, digits, - and _, starting with a letter');

export const stepId = slug.meta({ description: 'The name of a step, unique in its sequence.' });

/** Where a step may go, and when: shown by editors. */
export const goesTo = (description: string) => stepId.optional().meta({ description });

/** Where most steps go on. */
export const nextStep = goesTo('Where to go on. Default: the step below.');
