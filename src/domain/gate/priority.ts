import { z } from 'zod';

/** How much a mail counts against others of the same contact. */
export const prioritySchema = z.int().min(0).max(1000);
