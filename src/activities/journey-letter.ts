import { DEFAULT_ENGAGEMENT } from '../domain/engagement/rules';
import type { Facts } from '../domain/facts';
import { type Instant, keyOf } from '../domain/ids';
import { urlsOfEntry } from '../mail/form-links';
import { journeyData } from '../mail/journey-data';
import { type LinkPayload, signLink } from '../mail/links';
import { senderOf } from '../mail/message';
import type { MailOfStep } from '../store/sends';
import type { WayOut } from './account-of-send';
import type { MailDeps } from './mail-deps';
import type { Fill } from './template-of-send';
import type { Letter } from './try-send';

export interface JourneyMailRequest {
  readonly sendId: string;
  readonly mail: MailOfStep;
  readonly way: WayOut;
  readonly fill: Fill;
  readonly sequence: { readonly sequence: string; readonly title: string };
  readonly facts: Facts;
  /** Whether the contact allows us to see that the mail is opened, and the rules want to know. */
  readonly isOpenTracked?: boolean;
  readonly now: Instant;
}

const PATHS = {
  click: 'c',
  trap: 'c',
  unsubscribe: 'u',
  call: 'call',
  open: 'o',
  confirm: 'y',
  preferences: 'p',
} as const satisfies {
  readonly [kind: string]: string;
};

/** Writes the mail of a journey: pure. Throws what `fill` throws. */
export function journeyLetter(deps: MailDeps, request: JourneyMailRequest): Letter {
  const { sendId, mail, way, fill, sequence, facts, isOpenTracked = false, now } = request;
  const { postalAddress, publicUrl, linkSecret, turn } = deps;
  const { contact } = facts;
  const urlOf = (kind: keyof typeof PATHS & LinkPayload['kind'], id: string) =>
    `${publicUrl}/${PATHS[kind]}/${signLink(linkSecret, { kind, id })}`;
  const linkId = (position: number) => keyOf('link', sendId, position);
  const links = {
    call: urlOf('call', sendId),
    confirm: urlOf('confirm', sendId),
    preferences: urlOf('preferences', sendId),
    unsubscribe: urlOf('unsubscribe', sendId),
    ...urlsOfEntry(facts.entry, { publicUrl, secret: linkSecret, now }),
  };
  const sender = { name: senderOf(way.sender.from).name, postalAddress };
  const canUnsubscribe = mail.purpose !== 'transactional';
  const rendered = fill({
    locale: contact.locale,
    timeZone: contact.timeZone,
    data: journeyData({ facts, title: sequence.title, links, sender, now }),
    footer: canUnsubscribe
      ? { postalAddress, unsubscribeUrl: links.unsubscribe, preferencesUrl: links.preferences }
      : undefined,
    trackedUrl: (position) => urlOf('click', linkId(position)),
  });
  const { trap } = (turn.rules.engagement ?? DEFAULT_ENGAGEMENT).machines;
  const unseen = [
    ...(trap.includes(mail.purpose) ? [trapLink(urlOf('trap', sendId))] : []),
    ...(isOpenTracked ? [dot(urlOf('open', sendId))] : []),
  ];
  return {
    to: { name: contact.name ?? '', address: contact.email },
    rendered: { ...rendered, html: atTheEnd(rendered.html, unseen.join('')) },
    links: rendered.links.map((link, position) => ({ id: linkId(position), contactId: contact.id, ...link })),
    unsubscribeUrl: canUnsubscribe ? links.unsubscribe : undefined,
    date: now,
    sender: way.sender,
    account: way.by?.account ?? null,
    feedbackId: feedbackIdOf(turn.rules.delivery?.feedbackId, [mail.template, sequence.sequence, mail.purpose]),
  };
}

/** Gmail counts complaints by each of three names, and by the company: https://support.google.com/a/answer/6254652. */
const feedbackIdOf = (company: string | undefined, names: readonly [string, string, string]): string | undefined =>
  company === undefined ? undefined : [...names, company].join(':');

/** A link that no person meets, by eye, key or screen reader: whoever follows it reads the source, and is a machine. */
const trapLink = (url: string): string => `<a href="${url}" aria-hidden="true" tabindex="-1" style="display:none"></a>`;

/** `alt=""`: nothing to be told of. */
const dot = (url: string): string => `<img src="${url}" width="1" height="1" alt="" style="display:block;border:0">`;

/** Addresses of ours are letters, digits and dashes, and need no escape. */
function atTheEnd(page: string, more: string): string {
  const end = page.toLowerCase().lastIndexOf('</body>');
  return end < 0 ? page + more : page.slice(0, end) + more + page.slice(end);
}
