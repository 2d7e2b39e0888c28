import { type Found, senseless } from '../yaml/problem';
import { type DeliveryRules, LEAST_PER_SECOND } from './rules';

/** A queue of mails under a limit of its own. */
export interface Lane {
  /** The end of its task queue's name. */
  readonly name: string;
  /** Null: no limit. */
  readonly perSecond: number | null;
}

/** Takes every domain that has no lane of its own. */
const REST = 'mail';
const ALL_OTHERS = '*';

const own = ({ domains }: DeliveryRules) => Object.entries(domains).filter(([domain]) => domain !== ALL_OTHERS);
const sum = (rates: readonly number[]): number => rates.reduce((total, rate) => total + rate, 0);

/**
 * All lanes, the common one first. Their limits together never exceed the provider's: what the domains of their own do not take of
 * it is left to the common lane.
 */
export function lanesOf(rules: DeliveryRules): readonly Lane[] {
  const lanes = own(rules).map(([domain, { perSecond }]) => ({ name: `${REST}-${domain}`, perSecond }));
  const left = rules.provider && rules.provider.perSecond - sum(lanes.map(({ perSecond }) => perSecond));
  return [{ name: REST, perSecond: rules.domains[ALL_OTHERS]?.perSecond ?? left ?? null }, ...lanes];
}

/**
 * All lanes that are to be served: those that are declared, and those of `used` that are no longer, in which mails may wait. The latter
 * share the common lane's limit with it, evenly, so that all together still keep the provider's.
 */
export function lanesToServe(rules: DeliveryRules | undefined, used: readonly string[]): readonly Lane[] {
  const [common, ...declared] = rules ? lanesOf(rules) : [];
  const left = used.filter((name) => ![common, ...declared].some((lane) => lane?.name === name));
  const whole = common?.perSecond ?? null;
  const perSecond = whole === null ? null : Math.max(LEAST_PER_SECOND, whole / (left.length + 1));
  return [...(common ? [{ ...common, perSecond }] : []), ...declared, ...left.map((name) => ({ name, perSecond }))];
}

/** Name of the lane that an address is in. */
export function laneOf(rules: DeliveryRules, email: string): string {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  const [name] = own(rules).find(([main, { also }]) => main === domain || also.includes(domain)) ?? [];
  return name === undefined ? REST : `${REST}-${name}`;
}

/** What the schema cannot tell: rates that do not add up, a domain in two lanes. */
export function deliveryProblems(rules: DeliveryRules): readonly Found[] {
  return [...missingLimits(rules), ...tooMuch(rules), ...doubled(rules)];
}

function missingLimits({ provider, domains }: DeliveryRules): readonly Found[] {
  if (provider || Object.keys(domains).length > 0) return [];
  return [
    senseless(
      [],
      'neither provider nor domains has a limit',
      'write provider: { perSecond: 50 }, or leave the file out',
    ),
  ];
}

function tooMuch(rules: DeliveryRules): readonly Found[] {
  const { provider, domains } = rules;
  if (!provider) return [];
  const total = sum(Object.values(domains).map(({ perSecond }) => perSecond));
  const isRestDeclared = ALL_OTHERS in domains;
  if (isRestDeclared ? total <= provider.perSecond : total < provider.perSecond) return [];
  const message = `the domains take ${total} a second, and the provider gives ${provider.perSecond}`;
  return [
    senseless(['domains'], message, isRestDeclared ? 'give them less' : 'give them less, so that others get something'),
  ];
}

function doubled(rules: DeliveryRules): readonly Found[] {
  const names = own(rules).flatMap(([domain, { also }]) => [
    { domain, path: ['domains', domain] },
    ...also.map((other, index) => ({ domain: other, path: ['domains', domain, 'also', index] })),
  ]);
  return names
    .filter(({ domain }, index) => names.findIndex((other) => other.domain === domain) < index)
    .map(({ domain, path }) => senseless(path, `the domain "${domain}" stands twice`, 'leave it in one place'));
}
