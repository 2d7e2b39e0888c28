import { accountKey, chooseAccount } from '../domain/delivery/account';
import { type AccountQuestion, type AccountWait, UNTRIED } from '../domain/delivery/account-question';
import type { AccountRules } from '../domain/delivery/account-rules';
import { dayAt, isWarmingUp, type Place } from '../domain/delivery/warm-up';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Sender } from '../mail/account';
import { takenPlaces } from '../store/account-days';
import type { Tx } from '../store/db';
import type { SendRow } from '../store/sends';
import { readStandings } from '../store/smtp-accounts';
import type { MailDeps } from './mail-deps';

/** How a mail goes out, and who writes it. */
export interface WayOut {
  readonly type: 'go';
  readonly sender: Sender;
  /** Null: there is only one way. */
  readonly by: ChosenAccount | null;
}

export interface ChosenAccount {
  readonly account: string;
  readonly place: Place | null;
  /** The mail finds out whether it works again. */
  readonly isProbe: boolean;
  /** Something was wrong with it of late: what comes of the mail is noted, whatever it is. */
  readonly isWatched: boolean;
  readonly question: AccountQuestion;
}

/** Until when a mail waits, as it looked: see `promised`. */
export type Waiting = AccountWait & { readonly question: AccountQuestion };

export interface SendToGo {
  readonly sendId: string;
  readonly email: string;
  readonly purpose: string;
  /** As the ledger has it; undefined: it has none yet. */
  readonly row: Pick<SendRow, 'account' | 'accountDay' | 'accountSlot'> | undefined;
  /** One of its tries may have arrived. */
  readonly isInDoubt: boolean;
  readonly now: Instant;
}

/** The rules of an account; undefined: there is only one way, or it is no longer declared. */
export function accountRules({ turn }: Pick<MailDeps, 'turn'>, account: string | null): AccountRules | undefined {
  const { accounts = {} } = turn.rules.delivery ?? {};
  return account !== null && Object.hasOwn(accounts, account) ? accounts[account] : undefined;
}

/** By which account a send goes; or until when it waits. It takes nothing yet. */
export async function accountOfSend(tx: Tx, deps: MailDeps, send: SendToGo): Promise<WayOut | Waiting> {
  const { senders, from, dkim } = deps;
  const question = senders && (await questionOf(tx, deps, send));
  if (!question) return { type: 'go', sender: { from, dkim }, by: null };
  const choice = chooseAccount(question);
  if (choice?.type === 'wait') return { ...choice, question };
  const sender = choice && senders.get(choice.account);
  if (!choice || !sender) throw failure('VIV_UNEXPECTED', { problem: `no SMTP account sends ${send.purpose} mails` }); // loading the rules would have refused it
  const { account, place, isProbe } = choice;
  const { rest, run } = (question.standings.get(account) ?? UNTRIED).health;
  const isWatched = rest !== null || run !== null;
  return { type: 'go', sender, by: { account, place, isProbe, isWatched, question } };
}

async function questionOf(tx: Tx, { turn }: MailDeps, send: SendToGo): Promise<AccountQuestion | undefined> {
  const { delivery, calendars } = turn.rules;
  if (!delivery?.accounts) return undefined;
  const { accounts } = delivery;
  const { sendId, purpose, row, isInDoubt, now } = send;
  const { account = null, accountDay: day = null, accountSlot: slot = null } = row ?? {};
  const { zone } = calendars;
  const today = dayAt(now, zone);
  const isCounted = Object.values(accounts).some(({ rates }) => rates?.atOnce !== undefined);
  return {
    accounts,
    sendId,
    purpose,
    key: accountKey(delivery, send),
    kept: account === null ? null : { account, day, slot, isInDoubt },
    taken: isWarmingUp(accounts, today) ? await takenPlaces(tx, today) : new Map(),
    standings: await readStandings(tx, { isCounted }),
    now,
    zone,
  };
}

/** As the ledger keeps it. */
export const accountKept = ({ by }: WayOut) => by && { account: by.account, day: by.place?.day ?? null };
