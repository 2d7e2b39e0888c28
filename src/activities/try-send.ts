import type { Instant } from '../domain/ids';
import type { Delivery } from '../domain/send/delivery';
import type { Sender } from '../mail/account';
import { answerAddresses } from '../mail/answers';
import { composeMail } from '../mail/message';
import type { Rendered } from '../mail/templates';
import type { Withheld } from '../mail/transport';
import { beginDispatch, type Claim, type Dispatched, renewLease } from '../store/send-ledger';
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

/** Tries once to deliver a claimed send. `withheld`: the claim was lost before a byte of the body had left. */
export async function trySend(deps: MailDeps, claim: Claim, letter: Letter): Promise<Delivery | Withheld> {
  const { db, transport, hooks, linkSecret, answerDomains = {} } = deps;
  const { sendId, messageId } = claim;
  const { rendered, links, sender, account, ...rest } = letter;
  const { subject, html, text } = rendered;
  const answers = answerAddresses(linkSecret, answerDomains, sendId);
  const { sendIdHeader } = answerDomains;
  const content = { sendId, messageId, ...sender, subject, html, text, answers, sendIdHeader, ...rest };
  const mail = { ...(await composeMail(content)), account: account ?? undefined };
  await hooks?.at('claimed', sendId);
  const onDispatch = async () => {
    const mayLeave = await beginDispatch(db, claim, { subject, bodyHash: mail.hash, leaseMs: leaseMsOf(deps), links });
    if (mayLeave) await hooks?.at('dispatching', sendId);
    return mayLeave;
  };
  const delivery = await whileRenewing(deps, claim, () => transport.deliver(mail, { onDispatch }));
  await hooks?.at('replied', sendId);
  return delivery;
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
