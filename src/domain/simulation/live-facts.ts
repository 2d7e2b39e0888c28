import type { Facts, LeadFacts } from '../facts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** One object for a whole life, changed in place: what `advance` is given holds for the time of the call alone. */
export type LiveFacts = Omit<Mutable<Facts>, 'lead'> & { lead: Mutable<LeadFacts> | null };
