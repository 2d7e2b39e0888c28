import type { Instant } from '../ids';
import type { Evidence } from './attribution';
import type { Authenticity } from './authenticity';
import type { InboundKind, RecipientReport } from './classified';

/** How something came in. */
export type Way = 'smtp' | 'api' | 'imap' | 'hook';

/** `accepted`: a provider says that the relay took the mail. */
export type ArrivalKind = InboundKind | 'accepted';

/** Something that came back from outside, read but not yet believed. All texts can be stored. */
export interface Arrival {
  /** The same message or event has the same key: it counts once. */
  readonly key: string;
  readonly way: Way;
  readonly receivedAt: Instant;
  /** When it happened, as far as it tells. */
  readonly at: Instant;
  readonly kind: ArrivalKind;
  /** By which sign it is of this kind. */
  readonly reason: string;
  /** Of a report: what it says of each recipient. */
  readonly recipients: readonly RecipientReport[];
  readonly sender: string;
  readonly subject: string;
  /** Told apart from other mails of the same person about the same mail by this. */
  readonly occurrence: string;
  readonly evidence: Omit<Evidence, 'sends'>;
  /** Of what a person writes: whether it is from whom it says. Undefined: that was not looked at. */
  readonly authenticity?: Authenticity | undefined;
  /** As it came. */
  readonly raw: Uint8Array;
}
