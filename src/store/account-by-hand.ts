import { type AccountHealth, type AccountState, HEALTHY, putBack, putOut, stateOf } from '../domain/delivery/health';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { type Db, transaction } from './db';
import { lockAccount, writeHealth } from './smtp-accounts';

/** What a person does with an SMTP account. */
export interface AccountByHand {
  readonly account: string;
  readonly change: 'out' | 'back';
  readonly reason: string;
  readonly now: Instant;
}

/** Puts an account out, or back in use, for all workers. Throws VIV_ACCOUNT_STANDS where it stands so. */
export async function changeAccount(db: Db, { account: name, change, reason, now }: AccountByHand): Promise<void> {
  await transaction(db, async (tx) => {
    const record = await lockAccount(tx, name);
    const state = stateOf(record.health, now).type;
    if (isSo(record.health, state, change)) throw failure('VIV_ACCOUNT_STANDS', { account: name, state });
    const health = change === 'out' ? putOut(record.health, reason, now) : putBack(now);
    await writeHealth(tx, { name, record, health, change: { at: now, change, reason } });
  });
}

/** What is in use, and has failed of late, can be put back: its faults are forgotten. */
const isSo = (health: AccountHealth, state: AccountState['type'], change: AccountByHand['change']): boolean =>
  change === 'out' ? state === 'out' : state === 'in_use' && health.run === HEALTHY.run;
