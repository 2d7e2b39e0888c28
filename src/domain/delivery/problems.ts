import { type Found, senseless } from '../yaml/problem';
import { type AccountRules, type Accounts, senderDomain } from './account-rules';
import { ownDomains } from './lanes';
import { isAligned } from './mail-domain';
import type { DeliveryRules } from './rules';

const sum = (rates: readonly number[]): number => rates.reduce((total, rate) => total + rate, 0);

/** What the schema cannot tell: rates that do not add up, a domain in two lanes, accounts that cannot be. */
export function deliveryProblems(rules: DeliveryRules): readonly Found[] {
  return [...missingLimits(rules), ...tooMuch(rules), ...doubled(rules), ...accountProblems(rules)];
}

function missingLimits({ provider, domains, accounts }: DeliveryRules): readonly Found[] {
  if (provider || accounts || Object.keys(domains).length > 0) return [];
  return [
    senseless([], 'there is no limit and no account', 'write provider: { perSecond: 50 }, or leave the file out'),
  ];
}

function tooMuch(rules: DeliveryRules): readonly Found[] {
  const { provider, domains } = rules;
  if (!provider) return [];
  const total = sum(Object.values(domains).map(({ perSecond }) => perSecond));
  const isRestDeclared = '*' in domains;
  if (isRestDeclared ? total <= provider.perSecond : total < provider.perSecond) return [];
  const message = `the domains take ${total} a second, and the provider gives ${provider.perSecond}`;
  return [
    senseless(['domains'], message, isRestDeclared ? 'give them less' : 'give them less, so that others get something'),
  ];
}

function doubled(rules: DeliveryRules): readonly Found[] {
  const names = ownDomains(rules).flatMap(([domain, { also }]) => [
    { domain, path: ['domains', domain] },
    ...also.map((other, index) => ({ domain: other, path: ['domains', domain, 'also', index] })),
  ]);
  return names
    .filter(({ domain }, index) => names.findIndex((other) => other.domain === domain) < index)
    .map(({ domain, path }) => senseless(path, `the domain "${domain}" stands twice`, 'leave it in one place'));
}

function accountProblems({ accounts }: DeliveryRules): readonly Found[] {
  if (!accounts) return [];
  const all = Object.entries(accounts);
  return [
    ...unserved(accounts),
    ...all.flatMap(([name, account]) => [...misaligned(name, account), ...shrinking(name, account)]),
  ];
}

function unserved(accounts: Accounts): readonly Found[] {
  if (Object.values(accounts).some(({ purposes }) => purposes === undefined)) return [];
  const message = 'each account names its purposes, so mails of others, and those to reps, have none';
  return [senseless(['accounts'], message, 'leave purposes out of one of them: it sends what the others do not name')];
}

/** Receivers want the signature to be that of the sender (RFC 7489 §3.1.1). */
function misaligned(name: string, { from, dkim }: AccountRules): readonly Found[] {
  const domain = from === undefined ? undefined : senderDomain(from);
  if (domain === undefined || !dkim || isAligned(domain, dkim.domain)) return [];
  const message = `mails from ${domain} are signed by ${dkim.domain}, which receivers do not count as the sender's word`;
  return [senseless(['accounts', name, 'dkim', 'domain'], message, `sign with ${domain}, or one above it`)];
}

function shrinking(name: string, { warmUp }: AccountRules): readonly Found[] {
  const { perDay } = warmUp ?? { perDay: [] };
  const index = perDay.findIndex((most, day) => most < (perDay[day - 1] ?? 0));
  if (index < 0) return [];
  const message = `${perDay[index]} mails come after ${perDay[index - 1]}: a plan grows`;
  return [senseless(['accounts', name, 'warmUp', 'perDay', index], message, 'put the days in order')];
}
