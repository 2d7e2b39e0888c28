import { DateTime } from 'luxon';
import type { Facts } from '../domain/facts';
import type { Instant, Json } from '../domain/ids';

export interface JourneyMail {
  readonly facts: Pick<Facts, 'contact' | 'lead' | 'client' | 'entry'>;
  /** Of the sequence, for people. */
  readonly title: string;
  readonly links: {
    readonly call: string;
    readonly unsubscribe: string;
    readonly preferences: string;
    /** Of the double opt-in that the journey is about. */
    readonly confirm: string;
    /** Of what a form has brought, where the journey began with one. */
    readonly ebook?: string;
    readonly calendar?: string;
  };
  readonly sender: { readonly name: string; readonly postalAddress: string };
  readonly now: Instant;
}

/** What the template of a journey's mail is filled with: the keys of ./template/shape, of which a recipient may lack some. */
export function journeyData({ facts, title, links, sender, now }: JourneyMail): { readonly [key: string]: Json } {
  const { contact, lead, client } = facts;
  const name = contact.name?.trim() ?? '';
  return {
    contact: {
      name,
      firstName: name.split(/\s+/)[0] ?? '',
      email: contact.email,
      locale: contact.locale,
      attributes: printable(contact.attributes),
    },
    lead: lead && { offer: lead.offer, source: lead.source },
    client: client && {
      ...lastPurchase(client.lastPurchaseAt, contact),
      purchases: client.purchases,
      revenue: client.revenue,
    },
    webinar: webinarOf(facts.entry),
    sequence: { title },
    links,
    sender,
    today: new Date(now).toISOString(),
  };
}

/** The webinar for which they have registered, if the journey began with that. */
function webinarOf(entry: Facts['entry']): { readonly [key: string]: Json } | null {
  const { webinar: name, startsAt, endsAt, title, place } = entry?.properties ?? {};
  if (typeof name !== 'string' || typeof startsAt !== 'string' || typeof endsAt !== 'string') return null;
  return {
    name,
    startsAt,
    endsAt,
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof place === 'string' ? { place } : {}),
  };
}

/** What can be printed. A key without a value is left out, so that naming it is an error and not a hole in a sentence. */
function printable(attributes: Facts['contact']['attributes']): { readonly [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== null && typeof value !== 'object'),
  );
}

/** When the last purchase was: the local date in the contact's language, and the instant. */
function lastPurchase(at: Instant | null, { timeZone, locale }: Facts['contact']): { readonly [key: string]: Json } {
  if (at === null) return {};
  const moment = DateTime.fromMillis(at, { zone: timeZone, locale });
  return { lastPurchaseOn: moment.toLocaleString(DateTime.DATE_FULL), lastPurchaseAt: new Date(at).toISOString() };
}
