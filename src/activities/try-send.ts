import type { Instant } from '../domain/ids';
import { type Attempt, attemptOf, type Delivery } from '../domain/send/delivery';
import type { Sender } from '../mail/account';
import { answerAddresses } from '../mail/answers';
import { composeMail } from '../mail/message';
import type { Rendered } from '../mail/templates';
import type { Withheld } from '../mail/transport';
import { type Tx, transaction } from '../store/db';
import { beginDispatch, type Claim, type Dispatched, releaseClaim, renewLease } from '../store/send-ledger';
import { letterHash } from './letter-hash';
import { leaseMsOf, type MailDeps } from './mail-deps';

/** A message that is ready to go. */
export interface Letter {
  readonly to: { readonly name: string; readonly address: string };
  readonly rendered: Rendered;
  readonly links: Dispatched['links'];
  readonly unsubscribeUrl?: string;
  readonly sender: Sender;
  /** By which account it goes; null: there is only one way. */
  readonly account: string | null;
  /** Business time. */
  readonly date: Instant;
  readonly feedbackId?: string | undefined;
}

/** What came of a try, and how the ledger tells it. */
export interface Trial {
  readonly type: 'tried';
  readonly delivery: Delivery;
  readonly attempt: Attempt;
  /** Real time that it took, in whole seconds (ms). */
  readonly tookMs: number;
}

/** Tries once to deliver a claimed send. `withheld`: the claim was lost before a byte of the body had left. */
export async function trySend(deps: MailDeps, claim: Claim, letter: Letter): Promise<Trial | Withheld> {
  const { db, transport, hooks, linkSecret, answerDomains = {} } = deps;
  const { sendId, messageId } = claim;
  const { rendered, links, sender, account, ...rest } = letter;
  const { subject, html, text } = rendered;
  const answers = answerAddresses(linkSecret, answerDomains, sendId);
  const { sendIdHeader } = answerDomains;
  const content = { sendId, messageId, ...sender, subject, html, text, answers, sendIdHeader, ...rest };
  const mail = { ...(await composeMail(content)), account: account ?? undefined };
  await hooks?.at('claimed', sendId);
  let bodyLeft = false;
  const onDispatch = async () => {
    await hooks?.at('asked', sendId);
    const dispatched = { subject, bodyHash: letterHash(letter), leaseMs: leaseMsOf(deps), links };
    bodyLeft = await beginDispatch(db, claim, dispatched);
    if (bodyLeft) await hooks?.at('dispatching', sendId);
    return bodyLeft;
  };
  const begunAt = performance.now();
  const delivery = await whileRenewing(deps, claim, () => transport.deliver(mail, { onDispatch }));
  await hooks?.at('replied', sendId);
  const tookMs = Math.floor((performance.now() - begunAt) / 1000) * 1000;
  if (delivery.type !== 'withheld')
    return { type: 'tried', delivery, attempt: attemptOf(delivery, { bodyLeft }), tookMs };
  await releaseClaim(db, claim);
  return delivery;
}

/** Settles what was tried, in a transaction of its own; a final reply is safe while that waits for its turn. */
export async function settled<T>(
  deps: MailDeps,
  claim: Claim,
  { delivery, attempt }: Trial,
  settle: (tx: Tx) => Promise<T>,
): Promise<T> {
  const { db, hooks, replies } = deps;
  const commit = () =>
    transaction(db, async (tx) => {
      const result = await settle(tx);
      await hooks?.at('settling', claim.sendId);
      return result;
    });
  const isNoted = replies && attempt.reached === 'replied' && 'response' in delivery;
  const result = await (isNoted ? replies.whileSettling(claim, delivery, commit) : commit());
  await hooks?.at('settled', claim.sendId);
  return result;
}

async function whileRenewing<T>(deps: MailDeps, claim: Claim, work: () => Promise<T>): Promise<T> {
  const leaseMs = leaseMsOf(deps);
  const renew = () => {
    renewLease(deps.db, claim, leaseMs).catch(() => undefined); // the next time may go better; a lost lease is found where it matters
  };
  const timer = setInterval(renew, leaseMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
