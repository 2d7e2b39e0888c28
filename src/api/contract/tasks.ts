import { z } from 'zod';
import { slug } from '../../domain/sequence/names';
import { TASK_STATUSES } from '../../store/tasks';
import { emailField, instantField, text } from './common';

export const taskQuery = z
  .strictObject({
    team: slug.optional(),
    rep: emailField.transform((address) => address.toLowerCase()).optional(),
    /** One, or several with commas between. */
    status: z
      .string()
      .transform((all) => all.split(','))
      .pipe(z.array(z.enum(TASK_STATUSES)))
      .optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  })
  .readonly();

export const taskId = z.uuid('not the id of a task');

export const closeBody = z
  .strictObject({ outcome: slug, note: text(2000).optional(), at: instantField.optional() })
  .readonly();
