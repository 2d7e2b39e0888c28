import { durationText } from '../calendar/duration';
import type { Reenter } from '../entry/schema';
import type { Instant, Json } from '../ids';

/** A journey of the contact through the same sequence, or an entry that waits to become one. */
export interface PastJourney {
  readonly id: string;
  readonly running: boolean;
  /** It has not begun: another of its group is under way, or the day is full. */
  readonly waits?: boolean;
  readonly enteredAt: Instant;
  readonly leadId: string | null;
  /** With re-entry per key: which one it is about. */
  readonly entryKey: string | null;
}

export interface Reentering {
  readonly leadId: string | null;
  /** With re-entry per key: which one it is about; undefined: nobody said. */
  readonly key: string | undefined;
  readonly now: Instant;
}

const MOST_OF_KEY = 200;

/** Why a contact may not enter again; undefined when it may. src/store/may-enter.ts gives the same answer for sweeps. */
export function reentry(rule: Reenter, past: readonly PastJourney[], entering: Reentering): string | undefined {
  const perKey = typeof rule === 'string' ? undefined : rule.perKey;
  if (perKey !== undefined && entering.key === undefined)
    return `no ${perKey} is given, and the sequence lets in once for each`;
  const { same, about } = scopeOf(rule, entering);
  const alike = past.filter(same);
  if (alike.some(({ running }) => running)) return `is already going through it${about}`;
  if (alike.some(({ waits }) => waits)) return `already waits to enter it${about}`;
  return alike.length === 0 ? undefined : barred(rule, { past: alike, about, now: entering.now });
}

interface Scope {
  /** Journeys that this one must not be beside, and that bar it. */
  readonly same: (journey: PastJourney) => boolean;
  readonly about: string;
}

function scopeOf(rule: Reenter, { leadId, key }: Reentering): Scope {
  if (rule === 'newLead') return { same: (journey) => journey.leadId === leadId, about: ' with this lead' };
  if (typeof rule === 'string' || rule.perKey === undefined) return { same: () => true, about: '' };
  return { same: ({ entryKey }) => entryKey === key, about: ` for ${rule.perKey} ${key}` };
}

function barred(
  rule: Reenter,
  { past, about, now }: { readonly past: readonly PastJourney[]; readonly about: string; readonly now: Instant },
): string | undefined {
  if (rule === 'always') return undefined;
  if (rule === 'newLead') return `went through it${about} before, and the sequence lets each lead in once`;
  if (typeof rule === 'string') return 'went through it before, and the sequence lets nobody in again';
  if (rule.after === undefined) return `went through it${about} before, and the sequence lets in once for each`;
  const last = Math.max(...past.map(({ enteredAt }) => enteredAt));
  return now - last < rule.after ? `entered it${about} less than ${durationText(rule.after)} ago` : undefined;
}

/** Which key the properties of an entering event name; undefined: the rule goes by none, or they name none (or one of more than 200 characters). */
export function entryKeyOf(rule: Reenter, properties: { readonly [name: string]: Json }): string | undefined {
  if (typeof rule === 'string' || rule.perKey === undefined) return undefined;
  const value = Object.hasOwn(properties, rule.perKey) ? properties[rule.perKey] : undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const key = String(value);
  return key !== '' && key.length <= MOST_OF_KEY ? key : undefined;
}
