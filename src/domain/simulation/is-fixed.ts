import type { ContactFacts, LeadFacts, Stage } from '../facts';

/** Stages of leads that are scored no more. */
export const OVER: readonly Stage[] = ['won', 'lost'];

/** Of a lead that is over, and of whoever objects to profiling, no score changes. */
export const isFixed = ({ stage }: LeadFacts, { isScored }: ContactFacts): boolean =>
  OVER.includes(stage) || isScored === false;
