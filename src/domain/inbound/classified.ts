/**
 * How a delivery ended, or stands. `hard`: there is no such mailbox. `soft`: not now (full, switched off, not reached). `block`: the
 * server refuses us or this message, and says nothing of the address. `delayed`: it is still tried. `delivered`: it is in the mailbox,
 * or with a server that reports no more.
 */
export type ReportKind = 'hard' | 'soft' | 'block' | 'delayed' | 'delivered';

/** What a server reports of one recipient. */
export interface RecipientReport {
  /** Whom the server tried to reach, lower case; empty: not told. */
  readonly recipient: string;
  /** Whom we wrote to, where it is told beside it. RFC 3464 §2.3.1. */
  readonly originalRecipient: string;
  readonly kind: ReportKind;
  /** Like 5.1.1, RFC 3463; empty: none. */
  readonly status: string;
  /** The server's own words, on one line. */
  readonly diagnostic: string;
  /** By which rule it is of this kind. */
  readonly reason: string;
}

/** What a message was taken for. `reason`: by which sign. */
export type Classified =
  | { readonly type: 'report'; readonly recipients: readonly RecipientReport[]; readonly reason: string }
  /** `recipients`: who complains, where the provider tells. */
  | { readonly type: 'complaint'; readonly recipients: readonly string[]; readonly reason: string }
  | { readonly type: 'auto_reply'; readonly reason: string }
  | { readonly type: 'unsubscribe'; readonly reason: string }
  /** A person wrote. */
  | { readonly type: 'reply'; readonly reason: string }
  /** For a person to read. */
  | { readonly type: 'unknown'; readonly reason: string };

/** As it is listed: a report by how the delivery ended. */
export type InboundKind = ReportKind | Exclude<Classified['type'], 'report'>;
