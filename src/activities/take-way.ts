import { turnOf, turnReason, UNTRIED } from '../domain/delivery/account';
import { probedBy, stateOf } from '../domain/delivery/health';
import type { Instant } from '../domain/ids';
import { promisePlace, takePlace } from '../store/account-days';
import type { Tx } from '../store/db';
import { type AccountRecord, lockAccount, promiseTurn, underWay, writeAccount } from '../store/smtp-accounts';
import type { ChosenAccount, Waiting, WayOut } from './account-of-send';

/**
 * Takes what a way out needs: a place in the plan, a turn by the rates, the probe. False: others have taken it since somebody looked, and
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
  const turn = turnUnderLock(by, record);
  return turn?.type === 'wait' ? undefined : { health, pace: turn?.pace ?? record.pace };
}

const turnUnderLock = ({ account, question }: Pick<ChosenAccount, 'account' | 'question'>, record: AccountRecord) =>
  turnOf({ ...question, standings: new Map([[account, { ...UNTRIED, ...record }]]) }, account);

/** When a mail is to come again. */
export interface Promised {
  readonly until: Instant;
  readonly reason: string;
}

/** When a mail that waits is to come again, with what it was promised. Undefined: things have changed since somebody looked. */
export async function promised(tx: Tx, wait: Waiting): Promise<Promised | undefined> {
  const { cause, until, reason, place, question } = wait;
  switch (cause) {
    case 'rest':
    case 'full':
      return { until, reason };
    case 'day':
      if (!place || !(await takePlace(tx, place))) return undefined;
      await promisePlace(tx, question.sendId, place);
      return { until, reason };
    case 'turn':
      return promisedTurn(tx, wait);
    default:
      throw new TypeError(`unknown cause ${JSON.stringify(cause satisfies never)}`);
  }
}

/** Its turn, as the record says under the lock: those who asked meanwhile come before it. */
async function promisedTurn(tx: Tx, wait: Waiting): Promise<Promised | undefined> {
  const { account, question } = wait;
  const record = await lockAccount(tx, account);
  const turn = turnUnderLock(wait, record);
  if (turn?.type !== 'wait') return undefined;
  const { until, isPromised, pace } = turn;
  if (isPromised) {
    await writeAccount(tx, account, { ...record, pace });
    await promiseTurn(tx, question.sendId, { account, until });
  }
  return { until, reason: turnReason(account, until) };
}
