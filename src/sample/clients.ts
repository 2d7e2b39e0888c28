import type { Instant } from '../domain/ids';
import type { Registration } from '../store/registration';
import { type Draw, drawsOf, wholeNumber } from './draw';
import type { Sample } from './leads';
import { type Person, personOf } from './person';

/** One who bought, and has been quiet since. */
export interface SampleClient {
  readonly contact: Registration['contact'];
  /** Given, or relied on, with the first purchase. */
  readonly consent: NonNullable<Registration['consent']> & { readonly source: string; readonly at: Instant };
  /** Oldest first. */
  readonly purchases: readonly SamplePurchase[];
}

export interface SamplePurchase {
  readonly reference: string;
  /** With two decimals. */
  readonly amount: number;
  readonly at: Instant;
}

const DAY = 86_400_000;
const MOST_PURCHASES = 6;

/** How long ago the last purchase is: by the shipped rules most of these clients are inactive, a few pre-inactive. */
const QUIET_DAYS = { least: 100, most: 400 } as const;
/** Days from one purchase to the next. */
const PAUSE_DAYS = { least: 9, most: 90 } as const;

const CONSENT_TEXT = {
  'pt-BR': 'Quero receber novidades e ofertas da loja por e-mail. Posso cancelar quando quiser.',
  en: 'I want to receive news and offers of the shop by e-mail. I can stop them at any time.',
} as const;
const INTEREST_TEXT = {
  'pt-BR':
    'Como cliente, você recebe novidades sobre produtos parecidos com os que comprou. Pode recusar quando quiser.',
  en: 'As a client you receive news about products like those you bought. You can object at any time.',
} as const;

/** Quiet clients: 1 to 6 purchases, the last 100 to 400 days before `now`. The same seed gives the same people. */
export function sampleClients({ count, seed, now }: Sample): readonly SampleClient[] {
  return Array.from({ length: count }, (_, index) => clientOf({ seed, now, position: index + 1 }));
}

interface Position {
  readonly seed: number;
  readonly now: Instant;
  readonly position: number;
}

function clientOf({ seed, now, position }: Position): SampleClient {
  const draw = drawsOf(seed, 'client', position);
  const person = personOf(draw, `c${position}`);
  const purchases = purchasesOf({ seed, now, position }, draw);
  const { name, email, timeZone, place } = person;
  return {
    contact: { email, name, timeZone, locale: place.locale, attributes: { country: place.country } },
    consent: consentOf(person, draw, purchases[0]?.at ?? now),
    purchases,
  };
}

function purchasesOf({ seed, now, position }: Position, draw: Draw): readonly SamplePurchase[] {
  const count = wholeNumber(1, MOST_PURCHASES, draw('purchases'));
  let at = now - wholeNumber(QUIET_DAYS.least * DAY, QUIET_DAYS.most * DAY, draw('quiet'));
  const newestFirst = Array.from({ length: count }, (_, index) => {
    const purchase = { at, amount: wholeNumber(18_00, 620_00, draw(`amount ${index}`) ** 2) / 100 };
    at -= wholeNumber(PAUSE_DAYS.least * DAY, PAUSE_DAYS.most * DAY, draw(`pause ${index}`));
    return purchase;
  });
  return newestFirst
    .reverse()
    .map((purchase, index) => ({ reference: `sample-${seed}-${position}-${index + 1}`, ...purchase }));
}

function consentOf({ place }: Person, draw: Draw, at: Instant): SampleClient['consent'] {
  const isAsked = draw('consent') < 0.6;
  return {
    purpose: 'marketing',
    granted: true,
    basis: isAsked ? 'consent' : 'legitimate_interest',
    text: (isAsked ? CONSENT_TEXT : INTEREST_TEXT)[place.locale],
    source: 'shop',
    at,
  };
}
