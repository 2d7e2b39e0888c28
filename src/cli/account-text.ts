import type { AccountState } from '../domain/delivery/health';
import type { Used } from '../domain/delivery/pace';
import type { Instant } from '../domain/ids';
import type { NotedChange } from '../store/smtp-accounts';
import { minuteText, onOneLine } from './output';
import { table } from './table';

/** An account as people see it. */
export interface AccountView {
  readonly name: string;
  readonly state: AccountState['type'];
  /** Since when it does not take mails as usual; null: it does. */
  readonly since: Instant | null;
  /** When its rest is over, or the answer to its probe is no longer waited for. */
  readonly until: Instant | null;
  readonly reason: string | null;
  /** In a row, since it last took a mail. */
  readonly faults: number;
  readonly weight: number;
  /** Mails on their way by it. */
  readonly underWay: number;
  /** Of its rates, in the windows of now. */
  readonly used: Used;
}

const STATES: { readonly [S in AccountState['type']]: string } = {
  in_use: 'in use',
  resting: 'rests',
  due: 'rest is over',
  probing: 'is probed',
  out: 'put out',
};

/** When a mail will find out whether it works again. */
function nextProbe({ state, until }: AccountView): string {
  switch (state) {
    case 'in_use':
      return '';
    case 'resting':
      return minuteText(until);
    case 'due':
      return 'with the next mail';
    case 'probing':
      return 'under way';
    case 'out':
      return 'none: put it back';
    default:
      throw new TypeError(`unknown state ${JSON.stringify(state satisfies never)}`);
  }
}

const WINDOWS = { perMinute: 'a minute', perHour: 'an hour', perDay: 'a day' } as const;

const usedText = ({ used }: AccountView): string =>
  Object.entries(used)
    .map(([kind, { count, most }]) => `${count}/${most} ${WINDOWS[kind as keyof Used]}`) // keys of `Used`
    .join(', ');

const HEAD = ['account', 'state', 'since (UTC)', 'until (UTC)', 'next probe', 'weight', 'on their way', 'rates', 'why'];

const NONE =
  'No accounts are declared: all mail goes by VIVEIRO_SMTP_URL, or to the built-in inbox. See docs/deliverability.md.\n';

export const accountsText = (accounts: readonly AccountView[]): string =>
  accounts.length === 0 ? NONE : accountsTable(accounts);

const accountsTable = (accounts: readonly AccountView[]): string =>
  table(
    HEAD,
    accounts.map((one) =>
      [
        one.name,
        STATES[one.state],
        minuteText(one.since),
        minuteText(one.until),
        nextProbe(one),
        String(one.weight),
        String(one.underWay),
        usedText(one),
        one.reason ?? (one.faults > 0 ? `faults in a row: ${one.faults}` : ''),
      ].map(onOneLine),
    ),
  );

const CHANGES: { readonly [C in NotedChange['change']]: string } = {
  rests: 'rests',
  works: 'works again',
  out: 'put out by hand',
  back: 'put back by hand',
};

export const accountText = (account: AccountView, changes: readonly NotedChange[]): string =>
  `${accountsTable([account])}\n${table(
    ['at (UTC)', 'what', 'why'],
    changes.map(({ at, change, reason }) => [minuteText(at), CHANGES[change], onOneLine(reason)]),
  )}`;
