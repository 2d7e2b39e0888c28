import type { Verdict } from '../gate/gate';
import type { MailOutcome } from '../journey/move';

/** What comes of a mail that may not go out. */
export function refusalOf(verdict: Exclude<Verdict, { type: 'send' }>): MailOutcome {
  const { reason } = verdict;
  switch (verdict.type) {
    case 'defer':
      return {
        effect: 'mail',
        status: 'deferred',
        until: verdict.until,
        reason,
        ...(verdict.wakesOn ? { wakesOn: verdict.wakesOn } : {}),
      };
    case 'skip':
      return { effect: 'mail', status: 'skipped', reason };
    case 'exit':
      return { effect: 'mail', status: 'exit', reason };
    default:
      throw new TypeError(`unknown verdict ${JSON.stringify(verdict satisfies never)}`);
  }
}
