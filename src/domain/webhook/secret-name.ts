import { z } from 'zod';

/** The name of an environment variable that holds a secret shared with another system. `example`: for who writes another name. */
export const secretName = (example: string) =>
  z.string().regex(/^VIVEIRO_WEBHOOK_[A-Z0-9_]{1,60}$/, `must be a name like ${example}`);
