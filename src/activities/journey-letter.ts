import type { Facts } from '../domain/facts';
import { type Instant, keyOf } from '../domain/ids';
import { journeyData } from '../mail/journey-data';
import { type LinkPayload, signLink } from '../mail/links';
import { senderOf } from '../mail/message';
import type { MailOfStep } from '../store/sends';
import type { MailDeps } from './mail-deps';
import type { Fill } from './template-of-send';
import type { Letter } from './try-send';

export interface JourneyMailRequest {
  readonly sendId: string;
  readonly mail: MailOfStep;
  readonly fill: Fill;
  /** Of the sequence. */
  readonly title: string;
  readonly facts: Facts;
  readonly now: Instant;
}

const PATHS = { click: 'c', unsubscribe: 'u', call: 'call', confirm: 'o', preferences: 'p' } as const satisfies {
  readonly [kind: string]: string;
};

/** Writes the mail of a journey: pure. Throws what `fill` throws. */
export function journeyLetter(deps: MailDeps, request: JourneyMailRequest): Letter {
  const { sendId, mail, fill, title, facts, now } = request;
  const { from, postalAddress, publicUrl, linkSecret } = deps;
  const { contact } = facts;
  const urlOf = (kind: keyof typeof PATHS & LinkPayload['kind'], id: string) =>
    `${publicUrl}/${PATHS[kind]}/${signLink(linkSecret, { kind, id })}`;
  const linkId = (position: number) => keyOf('link', sendId, position);
  const links = {
    call: urlOf('call', sendId),
    confirm: urlOf('confirm', sendId),
    preferences: urlOf('preferences', sendId),
    unsubscribe: urlOf('unsubscribe', sendId),
  };
  const sender = { name: senderOf(from).name, postalAddress };
  const canUnsubscribe = mail.purpose !== 'transactional';
  const rendered = fill({
    locale: contact.locale,
    timeZone: contact.timeZone,
    data: journeyData({ facts, title, links, sender, now }),
    footer: canUnsubscribe
      ? { postalAddress, unsubscribeUrl: links.unsubscribe, preferencesUrl: links.preferences }
      : undefined,
    trackedUrl: (position) => urlOf('click', linkId(position)),
  });
  return {
    to: { name: contact.name ?? '', address: contact.email },
    rendered,
    links: rendered.links.map((link, position) => ({ id: linkId(position), contactId: contact.id, ...link })),
    unsubscribeUrl: canUnsubscribe ? links.unsubscribe : undefined,
    date: now,
  };
}
