import { chance } from '../chance';
import { isSentAgain } from '../send/settle';
import { type AccountChoice, type AccountQuestion, standingOf } from './account-question';
import type { Accounts } from './account-rules';
import { viewOf } from './account-view';
import { stateOf } from './health';
import { isLane, laneOf } from './lanes';
import { domainOfAddress } from './mail-domain';
import type { DeliveryRules } from './rules';
import { isBeyondPlan } from './warm-up';

/** What decides on the account of a mail: the same key, the same account, for as long as the accounts stay as they are. */
export function accountKey(
  rules: DeliveryRules,
  { email, sendId }: { readonly email: string; readonly sendId: string },
): string {
  switch (rules.accountBy) {
    case 'send':
      return sendId;
    case 'recipient':
      return email.toLowerCase();
    case 'domain': {
      const lane = laneOf(rules, email); // the names of one domain are one
      return isLane(rules, lane) ? lane : domainOfAddress(email);
    }
    default:
      throw new TypeError(`unknown ${JSON.stringify(rules.accountBy satisfies never)}`);
  }
}

/**
 * The account of a mail. A send keeps the one that it has for as long as that is declared and can be used, so a retry says the same from
 * the same place; one that may have arrived waits for it. Else one that serves the purpose, by weight and key, of those that can take it
 * now. A mail for which its recipient waits goes whatever a warm-up plan says, and is counted; it probes no account if another one can
 * take it. Undefined: no account serves the purpose.
 */
export function chooseAccount(question: AccountQuestion): AccountChoice | undefined {
  const views = candidates(question).map((account) => viewOf(question, account));
  const free = views.filter((view) => view.type === 'go');
  const isSure = ({ isProbe, place }: (typeof free)[number]) => !isProbe && !isBeyondPlan(place);
  const chosen = isSentAgain(question.purpose)
    ? (free.find(isSure) ?? free.find(({ isProbe }) => !isProbe) ?? free[0])
    : free[0];
  if (chosen) return chosen;
  const waits = views.filter((view) => view.type === 'wait');
  return waits.toSorted((a, b) => a.until - b.until)[0]; // stable: by rank among equals
}

/** In the order in which they are asked. */
function candidates(question: AccountQuestion): readonly string[] {
  const { accounts, kept } = question;
  const own = kept && Object.hasOwn(accounts, kept.account) ? kept : null;
  if (!own) return ranked(question);
  const state = stateOf(standingOf(question, own.account).health, question.now).type;
  if (own.isInDoubt || state === 'in_use') return [own.account];
  return [...new Set([...ranked(question), own.account])];
}

/** Those that name the purpose; if none does, those that name none. */
export function servingAccounts(accounts: Accounts, purpose: string): readonly string[] {
  const all = Object.entries(accounts);
  const named = all.filter(([, { purposes }]) => purposes?.includes(purpose));
  return (named.length > 0 ? named : all.filter(([, { purposes }]) => purposes === undefined)).map(([name]) => name);
}

/**
 * Weighted rendezvous: each account draws by the key, and the least draw comes first, as often as its weight says. An account that
 * comes takes its share from all, one that goes leaves its own to all, and nobody else moves.
 */
function ranked({ accounts, purpose, key }: AccountQuestion): readonly string[] {
  const drawn = servingAccounts(accounts, purpose).map((name) => ({
    name,
    draw: -Math.log1p(-chance('account', key, name)) / (accounts[name]?.weight ?? 1),
  }));
  return drawn.toSorted((a, b) => a.draw - b.draw).map(({ name }) => name);
}
