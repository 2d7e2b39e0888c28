import type { Instant } from '../domain/ids';
import type { Delivery } from '../domain/send/delivery';
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
  /** Business time. */
  readonly date: Instant;
}

/** Tries once to deliver a claimed send. `withheld`: the claim was lost before a byte of the body had left. */
export async function trySend(deps: MailDeps, claim: Claim, letter: Letter): Promise<Delivery | Withheld> {
  const { db, transport, hooks, from, linkSecret, answerDomains = {} } = deps;
  const { sendId, messageId } = claim;
  const { rendered, links, ...rest } = letter;
  const { subject, html, text } = rendered;
  const answers = answerAddresses(linkSecret, answerDomains, sendId);
  const { sendIdHeader } = answerDomains;
  const mail = await composeMail({ sendId, messageId, from, subject, html, text, answers, sendIdHeader, ...rest });
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
