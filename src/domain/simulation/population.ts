import { quickChance } from '../chance';
import type { ContactFacts, Facts, LeadFacts } from '../facts';
import type { Instant, Json } from '../ids';
import type { Definition } from '../sequence/definition';
import type { Newcomer } from './person';

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
}

export interface MadeUp {
  readonly profiles: readonly Profile[];
  readonly seed: number;
  readonly number: number;
  readonly at: Instant;
  readonly offer: string;
  readonly audience: Definition['audience'];
  /** How long after the last purchase a client comes (ms). */
  readonly inactiveAfter: number;
}

/** Person `number` of a made-up population, who comes at `at`. */
export function madeUp({ profiles, seed, number, at, offer, audience, inactiveAfter }: MadeUp): Newcomer {
  const profile = profiles[Math.floor(quickChance(seed, 'profile', number) * profiles.length)];
  if (!profile) throw new RangeError('a population needs at least one profile');
  const id = `${seed}-${number}`;
  const { timeZone, locale, name, attributes, tags = [], consents } = profile;
  const contact: ContactFacts = {
    id,
    email: `${id}@simulated.test`,
    name,
    locale,
    timeZone,
    createdAt: at,
    attributes,
    tags,
  };
  return {
    contact,
    lead: audience === 'lead' ? leadOf(profile, { id, offer, at }) : null,
    client: audience === 'client' ? clientAt(at, inactiveAfter) : null,
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

/** A client who has just become inactive. */
function clientAt(at: Instant, inactiveAfter: number): NonNullable<Facts['client']> & { readonly statusAt: Instant } {
  const lastPurchaseAt = at - inactiveAfter;
  return {
    status: 'inactive',
    statusAt: at,
    firstPurchaseAt: lastPurchaseAt,
    lastPurchaseAt,
    purchases: 1,
    revenue: 100,
  };
}
