import { isZone } from '../calendar/zone-offset';
import { concerns, scopeText, TRANSACTIONAL } from '../consent/scope';
import { EVENTS } from '../event';
import type { Instant } from '../ids';
import { type Listed, listedText } from '../lists/listed';
import { fullCap, longer } from './caps';
import { dayOf } from './day';
import { type OneAtATime, tooSoon } from './gap';
import type { GateRules } from './rules';
import { abandons, hasWindows, slotFor } from './slots';
import { type ClientOfGate, notAClient, SIMILAR_PRODUCTS, softOptInText } from './soft-opt-in';
import { type Engagement, sunsetOf } from './sunset';

/** All that the gate looks at, read under the contact's lock. */
export interface GateFacts extends OneAtATime {
  /** The newest word of the contact about this purpose; null with none. `until`: it is asked for by double opt-in, and lapses then. */
  readonly consent: {
    readonly granted: boolean;
    readonly source: string;
    readonly at: Instant;
    readonly until?: Instant | null;
  } | null;
  /** Why the address must not be mailed, and what for (no scope: everything); null when it may. */
  readonly suppression: { readonly reason: string; readonly at: Instant; readonly scope?: string } | null;
  /** The contact as a client; null for one who has not bought. Left out where the purpose asks for no client. */
  readonly client?: ClientOfGate | null;
  /** The mailing list that somebody is on who is neither lead nor client; absent or null: they are one, or on no list. */
  readonly listed?: Listed | null;
  /** The contact's zone. */
  readonly zone: string;
  /** The person has got this mail under another contact, which was merged into this one. Absent: they have not. */
  readonly isMailedAsOther?: true;
  /** Where a sunset is declared; absent: nothing was mailed. */
  readonly engagement?: Engagement;
}

/** What the gate says to one mail, each with a reason for a person. */
export type Verdict =
  | { readonly type: 'send'; readonly reason: string }
  /** Not now. `until` is later than `now`, and what held it back no longer holds then. */
  | {
      readonly type: 'defer';
      readonly until: Instant;
      readonly reason: string;
      /** Events with which it may be over sooner. */
      readonly wakesOn?: readonly string[];
    }
  /** Not this mail; the journey goes on. */
  | { readonly type: 'skip'; readonly reason: string }
  /** No mail at all: the journey must end. */
  | { readonly type: 'exit'; readonly reason: string };

export type Barring = Exclude<Verdict, { type: 'send' }>;

/**
 * Whether a mail may go out now. What is for ever comes first (suppression, consent), then interest that never came, then what passes:
 * caps, the gap between mails, quiet hours and days without mail. A zone that nobody knows lets nothing pass that has hours or days.
 */
export function gate(rules: GateRules, facts: GateFacts, now: Instant): Verdict {
  return barring(rules, facts, now) ?? { type: 'send', reason: allowance(facts) };
}

/** What the gate has against a mail, for whoever needs no word for one that may go; undefined: nothing. */
export function barring(rules: GateRules, facts: GateFacts, now: Instant): Barring | undefined {
  return barred(rules, facts, now) ?? held(rules, facts, now);
}

/** What holds a mail, for whoever counts. Of several, the one that holds it first. */
export type HeldBy = 'cap' | 'gap' | 'quiet-hours' | 'send-days';

/** By what a mail is held that the gate defers. */
export function heldBy(rules: GateRules, facts: GateFacts, now: Instant): HeldBy {
  const cap = fullCap(rules.caps, facts, now);
  const gap = tooSoon(rules.gap, facts, now);
  if (cap && (!gap || cap.until >= gap.until)) return 'cap';
  if (gap) return 'gap';
  return slotFor(rules, facts, now)?.waits[0]?.kind ?? 'quiet-hours';
}

/** Stands in the ledger too, by which such mails are counted. */
export const MAILED_AS_OTHER =
  'the same person has got this mail under another contact, which was merged into this one';

function barred(rules: GateRules, facts: GateFacts, now: Instant): Barring | undefined {
  const barring = forbidden(rules, facts, now);
  if (barring) return barring;
  if (facts.isMailedAsOther) return { type: 'skip', reason: MAILED_AS_OTHER };
  const unheard = sunsetOf(rules.sunset, facts, now);
  return unheard === undefined ? undefined : { type: 'skip', reason: unheard };
}

function forbidden({ consentFor, softOptIn }: GateRules, facts: GateFacts, now: Instant): Barring | undefined {
  const { purpose, consent, suppression, client, listed } = facts;
  if (suppression && concerns(suppression.scope, purpose)) {
    const since = `is suppressed${scopeText(suppression.scope)} since ${dayOf(suppression.at)}`;
    return { type: 'exit', reason: `the address ${since}: ${suppression.reason}` };
  }
  if (consent?.granted === false) return unconfirmed(facts, now) ?? withdrawn(purpose, consent.at);
  if (consent) return undefined;
  // INV-LIST-ENTRY-NO-MAIL: before what rules say of purposes, since none of them is about people who never asked
  if (listed && purpose !== TRANSACTIONAL) return { type: 'skip', reason: listedText(listed, purpose) };
  if (purpose === SIMILAR_PRODUCTS) return notAClient(client, softOptIn, now);
  if (consentFor.includes(purpose)) return { type: 'skip', reason: `there is no consent to ${purpose} mail on record` };
  return undefined;
}

const withdrawn = (purpose: string, at: Instant): Barring => ({
  type: 'exit',
  reason: `consent to ${purpose} mail was withdrawn on ${dayOf(at)}`,
});

/** Asked for by double opt-in, and not confirmed: the mail waits, and goes out if it is confirmed in time. */
function unconfirmed({ purpose, consent }: GateFacts, now: Instant): Barring | undefined {
  if (typeof consent?.until !== 'number') return undefined;
  const asked = `double opt-in to ${purpose} mail was asked for on ${dayOf(consent.at)}`;
  if (now >= consent.until) return { type: 'skip', reason: `${asked} and not confirmed by ${dayOf(consent.until)}` };
  const reason = `${asked} and is not confirmed yet`;
  return { type: 'defer', until: consent.until, reason, wakesOn: [EVENTS.consentGiven] };
}

function held(rules: GateRules, facts: GateFacts, now: Instant): Barring | undefined {
  const hold = longer(fullCap(rules.caps, facts, now), tooSoon(rules.gap, facts, now));
  if (!hasWindows(rules, facts.purpose)) return hold && { type: 'defer', ...hold };
  const { zone } = facts;
  if (!isZone(zone))
    return { type: 'skip', reason: `"${zone}" is no time zone, so nobody knows when it is night there` };
  const abandoned = hold ? undefined : abandons(rules, facts, now);
  if (abandoned !== undefined) return { type: 'skip', reason: `${abandoned}, and the rules let such a mail not wait` };
  const slot = slotFor(rules, facts, hold?.until ?? now);
  if (!slot) return { type: 'skip', reason: 'the rules leave no day on which such a mail may go out' };
  if (slot.at <= now) return undefined;
  const reasons = [...(hold ? [hold.reason] : []), ...slot.waits.map(({ reason }) => reason)];
  return { type: 'defer', until: slot.at, reason: reasons.join(', then ') };
}

function allowance({ purpose, consent, client }: GateFacts): string {
  if (consent) return `consent to ${purpose} mail since ${dayOf(consent.at)} (${consent.source})`;
  if (purpose === SIMILAR_PRODUCTS) return softOptInText(client);
  return `${purpose} mail needs no consent`;
}
