/** What may be wrong with an account, and not with the mail: nobody listens or the talk breaks off; its login; it, or its sender, is refused. */
export const ACCOUNT_FAULTS = ['connection', 'authentication', 'policy'] as const;
export type AccountFault = (typeof ACCOUNT_FAULTS)[number];

/** What came of one try to deliver a message. `fault`: it was the account's; absent: it was not, or nobody can tell. */
export type Delivery = { readonly fault?: AccountFault } & DeliveryEnd;

type DeliveryEnd =
  | { readonly type: 'accepted'; readonly response: string }
  /** The server will never take this message (5xx). `isNoAddress`: because there is no such recipient. */
  | { readonly type: 'rejected'; readonly response: string; readonly isNoAddress: boolean }
  /** The server may take it later (4xx). */
  | { readonly type: 'put_off'; readonly response: string }
  /** Not a byte of the body left: there was no server, or it was lost before it got any. */
  | { readonly type: 'unreachable'; readonly problem: string }
  /** The body was under way and no final reply came: the server may have it, or not. */
  | { readonly type: 'uncertain'; readonly problem: string };

/** What a server has said of a message in the end; plain JSON. */
export type FinalReply = Extract<Delivery, { readonly response: string }>;

/**
 * How far a try came: `claimed`: not a byte of the body left; `dispatching`: the body was under way, and no final reply was heard;
 * `replied`: one was. Only `dispatching` leaves a doubt.
 */
export type Reached = 'claimed' | 'dispatching' | 'replied';

/** A try that has ended, as the ledger keeps it. `lost`: its worker was gone. */
export interface Attempt {
  readonly outcome: Delivery['type'] | 'lost';
  readonly reached: Reached;
  /** Of the server: 250, 451 …; null: it gave none. */
  readonly replyCode: number | null;
  /** The server's words, or what went wrong. */
  readonly problem: string;
}

/** A try as its worker tells it. `bodyLeft`: whether the ledger was told that the body is about to leave. */
export function attemptOf(delivery: Delivery, { bodyLeft }: { readonly bodyLeft: boolean }): Attempt {
  const { type: outcome } = delivery;
  const problem = 'response' in delivery ? delivery.response : delivery.problem;
  const code = 'response' in delivery ? /^[2-5]\d\d/.exec(problem)?.[0] : undefined;
  const replyCode = code === undefined ? null : Number(code);
  return { outcome, reached: reachedBy(delivery, bodyLeft), replyCode, problem };
}

function reachedBy({ type }: Delivery, bodyLeft: boolean): Reached {
  if (type === 'uncertain') return 'dispatching';
  if (type === 'accepted') return 'replied';
  return bodyLeft && type !== 'unreachable' ? 'replied' : 'claimed';
}
