import { domainOfAddress } from './mail-domain';
import { type DeliveryRules, LEAST_PER_SECOND } from './rules';

/** A queue of mails under a limit of its own. */
export interface Lane {
  /** The end of its task queue's name. */
  readonly name: string;
  /** Null: no limit. */
  readonly perSecond: number | null;
  /** Most mails that one worker has on their way at once; left out: as many as it likes. */
  readonly atOnce?: number | undefined;
}

/** Takes every domain that has no lane of its own. */
const REST = 'mail';
const ALL_OTHERS = '*';

/** The domains that have a lane of their own. */
export const ownDomains = ({ domains }: DeliveryRules) =>
  Object.entries(domains).filter(([domain]) => domain !== ALL_OTHERS);
const sum = (rates: readonly number[]): number => rates.reduce((total, rate) => total + rate, 0);

/**
 * All lanes, the common one first. Their limits together never exceed the provider's: what the domains of their own do not take of
 * it is left to the common lane.
 */
export function lanesOf(rules: DeliveryRules): readonly Lane[] {
  const lanes = ownDomains(rules).map(([domain, { perSecond, atOnce }]) => ({
    name: `${REST}-${domain}`,
    perSecond,
    atOnce,
  }));
  const left = rules.provider && rules.provider.perSecond - sum(lanes.map(({ perSecond }) => perSecond));
  const { perSecond = left ?? null, atOnce } = rules.domains[ALL_OTHERS] ?? {};
  return [{ name: REST, perSecond, atOnce }, ...lanes];
}

/** Whether mails take turns in lanes: an account alone makes none. */
export const hasLanes = ({ provider, domains, shares, priority }: DeliveryRules): boolean =>
  provider !== undefined || [domains, shares, priority].some((declared) => Object.keys(declared).length > 0);

/**
 * All lanes that are to be served: those that are declared, and those of `used` that are no longer, in which mails may wait. The latter
 * share the common lane's limit with it, evenly, so that all together still keep the provider's.
 */
export function lanesToServe(rules: DeliveryRules | undefined, used: readonly string[]): readonly Lane[] {
  const [common, ...declared] = rules && hasLanes(rules) ? lanesOf(rules) : [];
  const left = used.filter((name) => ![common, ...declared].some((lane) => lane?.name === name));
  const whole = common?.perSecond ?? null;
  const perSecond = whole === null ? null : Math.max(LEAST_PER_SECOND, whole / (left.length + 1));
  return [...(common ? [{ ...common, perSecond }] : []), ...declared, ...left.map((name) => ({ name, perSecond }))];
}

/** Name of the lane that an address is in. */
export function laneOf(rules: DeliveryRules, email: string): string {
  const domain = domainOfAddress(email);
  const [name] = ownDomains(rules).find(([main, { also }]) => main === domain || also.includes(domain)) ?? [];
  return name === undefined ? REST : `${REST}-${name}`;
}

/** Whether a lane is that of one domain. */
export const isLane = (rules: DeliveryRules, name: string): boolean =>
  ownDomains(rules).some(([domain]) => name === `${REST}-${domain}`);
