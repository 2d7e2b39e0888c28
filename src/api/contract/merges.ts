import { z } from 'zod';
import { contactRef, text } from './common';

export const mergeBody = z
  .strictObject({
    /** Who stays. */
    survivor: contactRef,
    /** Whose everything becomes that of the other. */
    merged: contactRef,
    reason: text(500),
    /** Who says so. */
    by: text(100).default('api'),
    /** Says what would be, and changes nothing. */
    dryRun: z.boolean().default(false),
  })
  .readonly();

export const undoBody = z.strictObject({ by: text(100).default('api') }).readonly();

export const listQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) }).readonly();
