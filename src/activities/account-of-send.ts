import {
  type AccountChoice,
  accountKey,
  chooseAccount,
  dayAt,
  isWarmingUp,
  type Place,
} from '../domain/delivery/account';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Sender } from '../mail/account';
import { takenPlaces } from '../store/account-days';
import type { Tx } from '../store/db';
import type { MailDeps } from './mail-deps';

/** How a mail goes out: who writes it, and by which account; null: there is only one way. */
export interface WayOut {
  readonly type: 'go';
  readonly sender: Sender;
  readonly account: string | null;
  readonly place: Place | null;
}

export interface SendToGo {
  readonly sendId: string;
  readonly email: string;
  readonly purpose: string;
  /** Of the send; null: it has none yet. */
  readonly account: string | null;
  readonly accountDay: string | null;
  readonly now: Instant;
}

/** By which account a send goes; or until when it waits. It takes no place yet. */
export async function accountOfSend(
  tx: Tx,
  deps: MailDeps,
  send: SendToGo,
): Promise<WayOut | Extract<AccountChoice, { readonly type: 'wait' }>> {
  const { senders, from, dkim, turn } = deps;
  const { delivery, calendars } = turn.rules;
  if (!senders || !delivery?.accounts) return { type: 'go', sender: { from, dkim }, account: null, place: null };
  const { accounts } = delivery;
  const { purpose, now } = send;
  const { zone } = calendars;
  const today = dayAt(now, zone);
  const choice = chooseAccount({
    accounts,
    purpose,
    key: accountKey(delivery, send),
    kept: send.account === null ? null : { account: send.account, day: send.accountDay },
    taken: isWarmingUp(accounts, today) ? await takenPlaces(tx, today) : new Map(),
    now,
    zone,
  });
  const sender = choice && senders.get(choice.account);
  if (choice?.type === 'wait') return choice;
  if (choice && sender) return { ...choice, sender };
  throw failure('VIV_UNEXPECTED', { problem: `no SMTP account sends ${purpose} mails` }); // loading the rules would have refused it
}

/** As the ledger keeps it. */
export const accountKept = ({ account, place }: WayOut) =>
  account === null ? null : { account, day: place?.day ?? null };
