import { quickChance } from '../chance';
import type { LifecycleRules } from '../client/rules';
import { statusAt } from '../client/status';
import type { Enter } from '../entry/schema';
import type { ClientStatus, ContactFacts, Facts, LeadFacts, OrganisationFacts } from '../facts';
import type { Instant, Json } from '../ids';
import type { Definition } from '../sequence/definition';
import type { Newcomer } from './newcomer';

/** What a made-up person is like; many of a simulation share one. */
export interface Profile {
  readonly timeZone: string;
  readonly locale: string;
  readonly name: string | null;
  readonly attributes: { readonly [key: string]: Json };
  readonly tags?: readonly string[];
  readonly source: string;
  readonly campaign: string | null;
  /** Purposes to which they have consented. */
  readonly consents: readonly string[];
  /** Absent: one of `simulated.test`. */
  readonly email?: string;
  /** What they are interested in; absent: what the sequence is about. */
  readonly offer?: string;
  readonly organisation?: OrganisationFacts;
  /** What they have bought; absent: in a sequence for clients, they have just become inactive. */
  readonly bought?: { readonly lastAt: Instant; readonly purchases: number; readonly revenue: number };
}

/** Person `number` of a made-up population is like one of the profiles, by chance. */
export function profileOf(profiles: readonly Profile[], seed: number, number: number): Profile {
  const profile = profiles[Math.floor(quickChance(seed, 'profile', number) * profiles.length)];
  if (!profile) throw new RangeError('a population needs at least one profile');
  return profile;
}

/** Which part of people (0 to 1) has its address at a domain. */
export interface DomainShare {
  readonly domain: string;
  readonly share: number;
}

const NO_DOMAIN = 'simulated.test';

/** The domain of person `number`; whom the shares leave out is at one that nobody can own. */
export function domainOf(shares: readonly DomainShare[], seed: number, number: number): string {
  let left = shares.length === 0 ? 0 : quickChance(seed, 'domain', number);
  for (const { domain, share } of shares) {
    left -= share;
    if (left < 0) return domain;
  }
  return NO_DOMAIN;
}

/** Who goes through the sequence: made-up people, those of a list, one by one, or the contacts on record. */
export type Population =
  | { readonly type: 'listed'; readonly profiles: readonly Profile[]; readonly offer: string }
  | {
      readonly type: 'made-up';
      readonly profiles: readonly Profile[];
      readonly count: number;
      readonly offer: string;
      /** Where their addresses are: it decides the lane of a mail. Default: all at `simulated.test`. */
      readonly domains?: readonly DomainShare[];
    }
  | {
      readonly type: 'real';
      /** Who comes into the sequence. */
      readonly newcomers: readonly Newcomer[];
      /** Who is there from the beginning and comes into nothing by themselves. */
      readonly present?: readonly Newcomer[];
    };

/** How many people it has. */
export function sizeOf(population: Population): number {
  if (population.type === 'real') return population.newcomers.length + (population.present ?? []).length;
  return population.type === 'listed' ? population.profiles.length : population.count;
}

export interface MadeUp {
  readonly profile: Profile;
  /** Of the address, where the profile has none. */
  readonly domain: string;
  readonly seed: number;
  readonly number: number;
  readonly at: Instant;
  readonly offer: string;
  readonly audience: Definition['audience'];
  readonly lifecycle: LifecycleRules;
  readonly quiet: Quiet;
}

/** Person `number` of a population, who is like the profile and comes at `at`. */
export function madeUp({ profile, domain, seed, number, at, offer, audience, lifecycle, quiet }: MadeUp): Newcomer {
  const id = `${seed}-${number}`;
  const { timeZone, locale, name, attributes, tags = [], consents, organisation } = profile;
  const contact: ContactFacts = {
    id,
    email: profile.email ?? `${id}@${domain}`,
    name,
    locale,
    timeZone,
    createdAt: at,
    attributes,
    tags,
  };
  return {
    contact,
    lead: audience === 'lead' ? leadOf(profile, { id, offer: profile.offer ?? offer, at }) : null,
    client: clientOf(profile, { at, audience, lifecycle, quiet }),
    ...(organisation ? { organisation } : {}),
    consents: new Map(consents.map((purpose) => [purpose, { granted: true, source: 'simulated', at }])),
    isNew: true,
  };
}

function leadOf(
  { source, campaign }: Profile,
  { id, offer, at }: { readonly id: string; readonly offer: string; readonly at: Instant },
): LeadFacts {
  return { id, offer, source, campaign, stage: 'new', temperature: 'cold', grade: 'D', score: 0, createdAt: at };
}

type Client = NonNullable<Facts['client']> & { readonly statusAt: Instant };

function clientOf(
  { bought }: Profile,
  { at, audience, lifecycle, quiet }: Pick<MadeUp, 'at' | 'audience' | 'lifecycle' | 'quiet'>,
): Client | null {
  if (!bought && audience === 'lead') return null;
  const usual = { lastAt: at - quiet.forMs, purchases: 1, revenue: 100 };
  const { lastAt: lastPurchaseAt, purchases, revenue } = bought ?? usual;
  const status = bought ? statusAt(lifecycle, { status: 'active', lastPurchaseAt }, at) : quiet.status;
  return { status, statusAt: at, firstPurchaseAt: lastPurchaseAt, lastPurchaseAt, purchases, revenue };
}

/** How clients come of whom nothing else is known. */
export interface Quiet {
  /** How long ago they bought (ms). */
  readonly forMs: number;
  readonly status: ClientStatus;
}

/** As the entry wants them: just inactive, or pre-inactive if it asks for that; where the sweep lets in, it has yet to find out. */
export function quietFor(
  enter: Enter,
  { lifecycle, isSwept }: { readonly lifecycle: LifecycleRules; readonly isSwept: boolean },
): Quiet {
  const asked = JSON.stringify(enter);
  const isPre = asked.includes('pre_inactive') && !/"(client\.)?inactive"/.test(asked);
  if (isPre) return { forMs: lifecycle.preInactiveAfter, status: isSwept ? 'active' : 'pre_inactive' };
  return { forMs: lifecycle.inactiveAfter, status: isSwept ? 'pre_inactive' : 'inactive' };
}
