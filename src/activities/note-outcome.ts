import { type AccountHealth, accountOutcome, healthAfter, stateOf } from '../domain/delivery/health';
import type { Instant } from '../domain/ids';
import { type Settlement, settlementOf, type Tried } from '../domain/send/settle';
import type { Tx } from '../store/db';
import type { SettledTry } from '../store/send-ledger';
import { lockAccount, type NotedChange, writeHealth } from '../store/smtp-accounts';
import { accountRules, type WayOut } from './account-of-send';
import type { MailDeps } from './mail-deps';
import type { Trial } from './try-send';

export interface EndedWay {
  readonly sendId: string;
  readonly way: WayOut;
  readonly trial: Trial;
  /** When the try began; business time. */
  readonly now: Instant;
}

/** What follows from a try by an account, and how the ledger is told of it. */
export function endOfTry(
  deps: Pick<MailDeps, 'turn'>,
  { way, trial, now, ...tried }: Omit<EndedWay, 'sendId'> & Pick<Tried, 'purpose' | 'attempts'>,
): { readonly settlement: Settlement; readonly end: Omit<SettledTry, 'contactId'> } {
  const { attempt, delivery } = trial;
  const spares = accountRules(deps, way.by?.account ?? null)?.rest.of;
  const settlement = settlementOf(delivery, { ...tried, now, spares, bodyLeft: attempt.reached !== 'claimed' });
  const { status, reason } = settlement;
  const isSpared = status === 'deferred' ? settlement.isSpared : undefined;
  return { settlement, end: { status, reason, attempt, at: now, isSpared } };
}

/**
 * Notes what a try says of its account, in the transaction that settles the send. A mail that goes well by an account with which nothing
 * was wrong costs nothing.
 */
export async function noteOutcome(tx: Tx, deps: MailDeps, { sendId, way, trial, now }: EndedWay): Promise<void> {
  const rules = accountRules(deps, way.by?.account ?? null)?.rest;
  if (!way.by || !rules) return;
  const { account: name, isWatched } = way.by;
  const outcome = accountOutcome(trial.delivery, rules);
  if (!isWatched && outcome.type !== 'fault') return;
  const record = await lockAccount(tx, name);
  const endedAt = now + trial.tookMs;
  const health = healthAfter(record.health, { sendId, begunAt: now, endedAt, outcome }, rules);
  await writeHealth(tx, { name, record, health, change: changeOf(record.health, health, endedAt) });
}

/** What is told of it; undefined: a fault or a mail more, and it is used as before. */
function changeOf(before: AccountHealth, after: AccountHealth, at: Instant): Omit<NotedChange, 'account'> | undefined {
  if (after.rest && after.rest.nth !== before.rest?.nth) return { at, change: 'rests', reason: after.rest.reason };
  if (before.rest && stateOf(after, at).type === 'in_use')
    return { at, change: 'works', reason: 'a mail went out by it' };
  return undefined;
}
