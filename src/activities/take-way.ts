import { UNTRIED } from '../domain/delivery/account-question';
import { slotOf, slotReason } from '../domain/delivery/account-view';
import { probedBy, stateOf } from '../domain/delivery/health';
import type { Instant } from '../domain/ids';
import { promisePlace, takePlace } from '../store/account-days';
import type { Tx } from '../store/db';
import { type AccountRecord, lockAccount, promiseSlot, underWay, writeAccount } from '../store/smtp-accounts';
import type { ChosenAccount, Waiting, WayOut } from './account-of-send';
import { fullWaitMsOf, type MailDeps } from './mail-deps';

/**
 * Takes what a way out needs: a place in the plan, a slot by the rates, the probe. False: others have taken it since somebody looked, and
 * nothing is taken.
 */
export async function takeWay(tx: Tx, { by }: WayOut): Promise<boolean> {
  if (!by) return true;
  const { account, place, isProbe, question } = by;
  const hasPlace = async () => !place || takePlace(tx, place);
  if (!isProbe && !question.accounts[account]?.rates) return hasPlace();
  const record = await lockAccount(tx, account);
  const next = await afterClaim(tx, by, record);
  if (!next || !(await hasPlace())) return false;
  await writeAccount(tx, account, next);
  return true;
}

/** The record with the claim; undefined: the account can not take it any more. */
async function afterClaim(tx: Tx, by: ChosenAccount, record: AccountRecord): Promise<AccountRecord | undefined> {
  const { account, isProbe, question } = by;
  const { now, sendId, accounts } = question;
  const isInUse = stateOf(record.health, now).type === 'in_use';
  const health = isProbe ? probedBy(record.health, sendId, now) : isInUse ? record.health : undefined;
  if (!health) return undefined;
  const { atOnce } = accounts[account]?.rates ?? {};
  if (atOnce !== undefined && ((await underWay(tx)).get(account) ?? 0) >= atOnce) return undefined;
  const answer = slotUnderLock(by, record);
  return answer?.type === 'wait' ? undefined : { health, pace: answer?.pace ?? record.pace };
}

const slotUnderLock = ({ account, question }: Pick<ChosenAccount, 'account' | 'question'>, record: AccountRecord) =>
  slotOf({ ...question, standings: new Map([[account, { ...UNTRIED, ...record }]]) }, account);

/** When a mail is to come again, with what it was promised. */
interface Promised {
  readonly until: Instant;
  readonly reason: string;
}

/** How long a mail whose account is full looks the other way (ms). */
const SOON_MS = 100;

/**
 * What becomes of a mail that waits: when it is to come again, with what it was promised; or it looks once more at once, since things have
 * changed, or soon, since a mail that is on its way by its account may end. `waitedMs`: how long it has looked so far (real time).
 */
export async function waitFor(
  tx: Tx,
  deps: MailDeps,
  { wait, waitedMs }: { readonly wait: Waiting; readonly waitedMs: number },
): Promise<({ readonly type: 'later' } & Promised) | { readonly type: 'busy'; readonly leftMs: number }> {
  if (wait.cause === 'full' && waitedMs < fullWaitMsOf(deps)) return { type: 'busy', leftMs: SOON_MS };
  const then = await promised(tx, wait);
  return then ? { type: 'later', ...then } : { type: 'busy', leftMs: 0 };
}

/** Undefined: things have changed since somebody looked. */
async function promised(tx: Tx, wait: Waiting): Promise<Promised | undefined> {
  const { cause, until, reason, place, question } = wait;
  switch (cause) {
    case 'rest':
    case 'full':
      return { until, reason };
    case 'day':
      if (!place || !(await takePlace(tx, place))) return undefined;
      await promisePlace(tx, question.sendId, place);
      return { until, reason };
    case 'slot':
      return promisedSlot(tx, wait);
    default:
      throw new TypeError(`unknown cause ${JSON.stringify(cause satisfies never)}`);
  }
}

/** Its slot, as the record says under the lock: those who asked meanwhile come before it. */
async function promisedSlot(tx: Tx, wait: Waiting): Promise<Promised | undefined> {
  const { account, question } = wait;
  const record = await lockAccount(tx, account);
  const answer = slotUnderLock(wait, record);
  if (answer?.type !== 'wait') return undefined;
  const { until, isPromised, pace } = answer;
  if (isPromised) {
    await writeAccount(tx, account, { ...record, pace });
    await promiseSlot(tx, question.sendId, { account, until });
  }
  return { until, reason: slotReason(account, until) };
}
