import { OPEN_TRACKING } from '../engagement/rules';
import { SIMILAR_PRODUCTS } from '../gate/soft-opt-in';
import { PROFILING, type PurposeRules } from './purposes';
import type { SaidState } from './record';
import { TRANSACTIONAL } from './scope';

/** How a purpose stands on the preference page. */
export interface Preference {
  readonly purpose: string;
  /** Whether its box is ticked. */
  readonly isAllowed: boolean;
  /** Asked for by double opt-in and not confirmed. */
  readonly isOpen: boolean;
}

export interface PreferenceFacts {
  /** The newest words of the contact, by purpose. */
  readonly words: ReadonlyMap<string, SaidState>;
  readonly isClient: boolean;
  /** All marketing is suppressed, or everything. */
  readonly isSuppressed: boolean;
  /** Purposes that need a consent on record. */
  readonly consentFor: readonly string[];
}

/** What a contact may choose, in the order of the declarations; clients alone are asked about similar products. */
export function preferencesOf({ purposes }: PurposeRules, facts: PreferenceFacts): readonly Preference[] {
  const { words, isClient } = facts;
  const shown = Object.keys(purposes).filter(
    (purpose) => purpose !== TRANSACTIONAL && (purpose !== SIMILAR_PRODUCTS || isClient || words.has(purpose)),
  );
  return shown.map((purpose) => ({
    purpose,
    isAllowed: isAllowed(purpose, facts),
    isOpen: words.get(purpose) === 'requested',
  }));
}

function isAllowed(purpose: string, { words, isClient, isSuppressed, consentFor }: PreferenceFacts): boolean {
  const word = words.get(purpose);
  if (purpose === PROFILING) return word !== 'withdrawn';
  if (purpose === OPEN_TRACKING) return word === 'given';
  if (isSuppressed) return false;
  if (word !== undefined) return word === 'given';
  if (purpose === SIMILAR_PRODUCTS) return isClient;
  return !consentFor.includes(purpose);
}

/** One thing that a contact has changed on the page. */
export interface PreferenceChange {
  readonly purpose: string;
  readonly isAllowed: boolean;
}

/** What must be recorded, of what was shown and what is ticked now; an open double opt-in that is not ticked is left alone. */
export function preferenceChanges(
  shown: readonly Preference[],
  ticked: readonly string[],
): readonly PreferenceChange[] {
  return shown.flatMap(({ purpose, isAllowed: was }) => {
    const is = ticked.includes(purpose);
    return is === was ? [] : [{ purpose, isAllowed: is }];
  });
}
