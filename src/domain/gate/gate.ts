import { isZone } from '../calendar/zone-offset';
import type { Instant } from '../ids';
import { type CappedMails, fullCap } from './caps';
import { isQuiet, quietEnd } from './quiet-hours';
import type { GateRules } from './rules';

/** All that the gate looks at, read under the contact's lock. */
export interface GateFacts extends CappedMails {
  /** The newest word of the contact about this purpose; null with none. */
  readonly consent: { readonly granted: boolean; readonly source: string; readonly at: Instant } | null;
  /** Why the address must not be mailed; null when it may. */
  readonly suppression: { readonly reason: string; readonly at: Instant } | null;
  /** The contact's zone. */
  readonly zone: string;
}

/** What the gate says to one mail, each with a reason for a person. */
export type Verdict =
  | { readonly type: 'send'; readonly reason: string }
  /** Not now. `until` is later than `now`, and what held it back no longer holds then. */
  | { readonly type: 'defer'; readonly until: Instant; readonly reason: string }
  /** Not this mail; the journey goes on. */
  | { readonly type: 'skip'; readonly reason: string }
  /** No mail at all: the journey must end. */
  | { readonly type: 'exit'; readonly reason: string };

export type Barring = Exclude<Verdict, { type: 'send' }>;

/**
 * Whether a mail may go out now. What is for ever comes first (suppression, consent), then what passes (caps, quiet hours).
 * A zone that nobody knows lets nothing pass that has quiet hours.
 */
export function gate(rules: GateRules, facts: GateFacts, now: Instant): Verdict {
  return barring(rules, facts, now) ?? { type: 'send', reason: allowance(facts) };
}

/** What the gate has against a mail, for whoever needs no word for one that may go; undefined: nothing. */
export function barring(rules: GateRules, facts: GateFacts, now: Instant): Barring | undefined {
  return barred(rules, facts) ?? held(rules, facts, now);
}

const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

function barred({ consentFor }: GateRules, { purpose, consent, suppression }: GateFacts): Barring | undefined {
  if (suppression)
    return { type: 'exit', reason: `the address is suppressed since ${dayOf(suppression.at)}: ${suppression.reason}` };
  if (consent?.granted === false)
    return { type: 'exit', reason: `consent to ${purpose} mail was withdrawn on ${dayOf(consent.at)}` };
  if (!consent && consentFor.includes(purpose))
    return { type: 'skip', reason: `there is no consent to ${purpose} mail on record` };
  return undefined;
}

function held({ caps, quietHours }: GateRules, facts: GateFacts, now: Instant): Barring | undefined {
  const full = fullCap(caps, facts, now);
  const earliest = full?.until ?? now;
  const { zone } = facts;
  if (quietHours?.purposes.includes(facts.purpose)) {
    if (!isZone(zone))
      return { type: 'skip', reason: `"${zone}" is no time zone, so nobody knows when it is night there` };
    if (isQuiet(earliest, quietHours, zone)) {
      const quiet = `quiet hours from ${quietHours.from} to ${quietHours.to} in ${zone}`;
      const reason = full ? `${full.reason}, then ${quiet}` : quiet;
      return { type: 'defer', until: quietEnd(earliest, quietHours, zone), reason };
    }
  }
  return full && { type: 'defer', until: full.until, reason: full.reason };
}

function allowance({ purpose, consent }: GateFacts): string {
  return consent
    ? `consent to ${purpose} mail since ${dayOf(consent.at)} (${consent.source})`
    : `${purpose} mail needs no consent`;
}
