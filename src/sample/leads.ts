import type { Instant, Json } from '../domain/ids';
import type { Registration } from '../store/registration';
import { type Draw, drawsOf, oneOf, type Weighted, weighted, wholeNumber } from './draw';
import { type Person, personOf } from './person';

export interface Sample {
  readonly count: number;
  readonly seed: number;
  readonly now: Instant;
}

const OFFER = 'course';
const DAY = 86_400_000;

/** As in forms/course.yaml, which is where most of these leads say yes. */
const CONSENT_TEXT = {
  'pt-BR': 'Quero receber e-mails sobre este curso. Posso cancelar quando quiser, por um link em cada e-mail.',
  en: 'I want to receive e-mails about this course. I can stop them at any time by a link in each e-mail.',
} as const;

type Role = 'director' | 'manager' | 'specialist' | 'student';
const ROLES: readonly [Weighted<Role>, ...Weighted<Role>[]] = [
  { weight: 14, value: 'director' },
  { weight: 24, value: 'manager' },
  { weight: 40, value: 'specialist' },
  { weight: 22, value: 'student' },
];

type Source = 'form' | 'webinar' | 'fair' | 'partner';
const SOURCES: readonly [Weighted<Source>, ...Weighted<Source>[]] = [
  { weight: 56, value: 'form' },
  { weight: 17, value: 'webinar' },
  { weight: 15, value: 'fair' },
  { weight: 12, value: 'partner' },
];

const SIZES: readonly [Weighted<readonly [number, number]>, ...Weighted<readonly [number, number]>[]] = [
  { weight: 45, value: [1, 4] },
  { weight: 35, value: [5, 19] },
  { weight: 15, value: [20, 79] },
  { weight: 5, value: [80, 400] },
];

const CAMPAIGNS = ['spring-balcony', 'market-growers', 'herbs-for-chefs'] as const;

/** Share of leads that nobody asked for consent. None of them came by the form, which asks everyone. */
const WITHOUT_CONSENT = 0.04;
const SHARE_OF_OTHER_WAYS = 0.44;
/** Share of leads who left no name. */
const NAMELESS = 0.03;

/** Leads of the offer "course" who turned up within the day before `now`. The same seed gives the same people. */
export function sampleLeads({ count, seed, now }: Sample): readonly Registration[] {
  return Array.from({ length: count }, (_, index) => leadOf({ seed, now, position: index + 1 }));
}

function leadOf(o: { readonly seed: number; readonly now: Instant; readonly position: number }): Registration {
  const { seed, now, position } = o;
  const draw = drawsOf(seed, 'lead', position);
  const person = personOf(draw, String(position));
  const source = weighted(SOURCES, draw('source'));
  const isAsked = source === 'form' || draw('consent') >= WITHOUT_CONSENT / SHARE_OF_OTHER_WAYS;
  const isFromCampaign = source !== 'partner' && draw('from campaign') < 0.5;
  return {
    idempotencyKey: `sample-${seed}-${position}`,
    at: now - wholeNumber(1, DAY, draw('at')),
    contact: {
      email: person.email,
      ...(draw('nameless') < NAMELESS ? {} : { name: person.name }),
      timeZone: person.timeZone,
      locale: person.place.locale,
      attributes: attributesOf(person, draw),
    },
    lead: { offer: OFFER, source, ...(isFromCampaign ? { campaign: oneOf(CAMPAIGNS, draw('campaign')) } : {}) },
    ...(isAsked ? { consent: consentOf(person) } : {}),
    ...(source === 'form' ? { form: OFFER } : {}),
  };
}

function attributesOf({ place }: Person, draw: Draw): { readonly [key: string]: Json } {
  const role = weighted(ROLES, draw('role'));
  const { country } = place;
  if (role === 'student') return { role, country };
  const [least, most] = weighted(SIZES, draw('size'));
  return {
    role,
    country,
    company: oneOf(place.companies, draw('company')),
    companySize: wholeNumber(least, most, draw('people')),
  };
}

const consentOf = ({ place }: Person): Registration['consent'] => ({
  purpose: 'marketing',
  granted: true,
  basis: 'consent',
  text: CONSENT_TEXT[place.locale],
});
