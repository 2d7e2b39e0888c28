import type { Stage } from '../facts';
import type { HandoffStatus } from '../journey/move';

/** The stage that an answer gives the lead; an expired handoff leaves it as it is. */
export const STAGES = {
  accepted: { stage: 'sal', reason: 'sales accepted the lead' },
  rejected: { stage: 'lost', reason: 'sales rejected the lead' },
  recycled: { stage: 'recycled', reason: 'sales gave the lead back' },
  expired: null,
} as const satisfies { readonly [S in HandoffStatus]: { readonly stage: Stage; readonly reason: string } | null };

/** What sales has reached by itself meanwhile; an answer takes no lead back from there. */
export const FURTHER: readonly Stage[] = ['sql', 'won'];
