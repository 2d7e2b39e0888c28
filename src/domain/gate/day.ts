import type { Instant } from '../ids';

/** `2026-03-01`, in UTC. */
export const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);
