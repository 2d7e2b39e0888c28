import type { HandoffOutcome, HandoffStatus } from '../journey/move';

/** The words of whoever answered stay in the database: they may name people. */
const REASONS = {
  accepted: 'sales took the lead',
  rejected: 'sales found that it is no lead',
  recycled: 'sales gave the lead back for nurturing',
  expired: 'neither rep nor manager answered in time',
} as const satisfies { readonly [S in HandoffStatus]: string };

/** What a journey hears of a handoff that has ended. */
export const outcomeOf = (status: HandoffStatus): HandoffOutcome => ({
  effect: 'handoff',
  status,
  reason: REASONS[status],
});
