/** What came of one try to deliver a message. */
export type Delivery =
  | { readonly type: 'accepted'; readonly response: string }
  /** The server will never take this message (5xx). `isNoAddress`: because there is no such recipient. */
  | { readonly type: 'rejected'; readonly response: string; readonly isNoAddress: boolean }
  /** The server may take it later (4xx). */
  | { readonly type: 'put_off'; readonly response: string }
  /** Not a byte of the body left: there was no server, or it was lost before it got any. */
  | { readonly type: 'unreachable'; readonly problem: string }
  /** The body was under way and no final reply came: the server may have it, or not. */
  | { readonly type: 'uncertain'; readonly problem: string };
