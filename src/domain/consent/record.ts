import { canonicalJson } from '../canonical-json';
import type { Instant, Json } from '../ids';

/** On what a purpose rests: GDPR art. 6(1)(a), (b), (f); and art. 13(2) of directive 2002/58/EC for clients. */
export const CONSENT_BASES = ['consent', 'contract', 'legitimate_interest', 'soft_opt_in'] as const;
export type ConsentBasis = (typeof CONSENT_BASES)[number];

/**
 * `requested`: asked for by double opt-in, and not confirmed. `unsaid`: what stood before was another contact's word, and the merge that
 * brought it was taken back; whoever asks what somebody has said finds nothing.
 */
export type ConsentState = 'given' | 'requested' | 'withdrawn' | 'unsaid';
/** What somebody has said. */
export type SaidState = Exclude<ConsentState, 'unsaid'>;

/** What shows that they said it; erased with the person. */
export interface ConsentProof {
  readonly ip?: string;
  readonly userAgent?: string;
  /** Which page or mail it was, and what else speaks for it. */
  readonly evidence?: { readonly [key: string]: Json };
}

/** The words that were shown to someone who said yes or no, and what shows that they did. */
export interface ConsentWords {
  readonly text?: string;
  readonly textVersion?: string | undefined;
  /** Of the text. */
  readonly locale?: string | undefined;
  /** Where they said it. Default: the type of the event. */
  readonly source?: string;
  readonly basis?: ConsentBasis;
  readonly proof?: ConsentProof;
}

/** What a record says for good. Of what is personal it holds a salted digest, so that erasure leaves the chain whole. */
export interface ConsentContent {
  readonly contactId: string;
  /** In the chain of its contact, from 1. */
  readonly position: number;
  readonly purpose: string;
  readonly state: ConsentState;
  readonly basis: string;
  /** The exact words that were shown. */
  readonly text: string;
  readonly textVersion: string | null;
  readonly locale: string | null;
  readonly source: string;
  readonly at: Instant;
  readonly requestId: string | null;
  readonly until: Instant | null;
  readonly personalDigest: string;
}

/** The text that the hash of a record is taken of: all that it says, and the hash of the record before it (empty for the first). */
export function chainedText(content: ConsentContent, previous: string): string {
  const { contactId, position, purpose, state, basis, text, textVersion, locale, source, at, requestId, until } =
    content;
  return canonicalJson({
    v: 1,
    contactId,
    position,
    purpose,
    state,
    basis,
    text,
    textVersion,
    locale,
    source,
    at: new Date(at).toISOString(),
    requestId,
    until: until === null ? null : new Date(until).toISOString(),
    personalDigest: content.personalDigest,
    previous,
  });
}
