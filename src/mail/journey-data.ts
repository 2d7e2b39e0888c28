import { DateTime } from 'luxon';
import type { Facts } from '../domain/facts';
import type { Instant, Json } from '../domain/ids';

export interface JourneyMail {
  readonly facts: Pick<Facts, 'contact' | 'lead' | 'client'>;
  /** Of the sequence, for people. */
  readonly title: string;
  readonly links: { readonly call: string; readonly unsubscribe: string };
  readonly sender: { readonly name: string; readonly postalAddress: string };
}

/** What the template of a journey's mail is filled with: the keys of ./shape, of which a recipient may lack some. */
export function journeyData({ facts, title, links, sender }: JourneyMail): { readonly [key: string]: Json } {
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
    client: client && lastPurchase(client.lastPurchaseAt, contact),
    sequence: { title },
    links,
    sender,
  };
}

/** What can be printed. A key without a value is left out, so that naming it is an error and not a hole in a sentence. */
function printable(attributes: Facts['contact']['attributes']): { readonly [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== null && typeof value !== 'object'),
  );
}

/** The local date of the last purchase in the contact's language. */
function lastPurchase(at: Instant | null, { timeZone, locale }: Facts['contact']): { readonly [key: string]: Json } {
  if (at === null) return {};
  return { lastPurchaseOn: DateTime.fromMillis(at, { zone: timeZone, locale }).toLocaleString(DateTime.DATE_FULL) };
}
