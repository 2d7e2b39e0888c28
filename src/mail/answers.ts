import type { AnswerAddresses } from './message';
import { type ReturnKind, returnAddress } from './verp';

/** Domains whose mail comes to our own inbound port or mailbox; none: what comes back goes to the sender. */
export interface AnswerDomains {
  /** Of return paths, and of the address that unsubscribes. */
  readonly bounce?: string | undefined;
  /** Of Reply-To. */
  readonly reply?: string | undefined;
  /** Name of one more header with the id of the send. */
  readonly sendIdHeader?: string | undefined;
}

/** The addresses of one send. */
export function answerAddresses(secret: string, domains: AnswerDomains, sendId: string): AnswerAddresses {
  const { bounce, reply } = domains;
  const at = (domain: string, kind: ReturnKind) => returnAddress(secret, domain, { kind, sendId });
  return {
    ...(bounce === undefined ? {} : { returnPath: at(bounce, 'bounce'), unsubscribe: at(bounce, 'unsubscribe') }),
    ...(reply === undefined ? {} : { replyTo: at(reply, 'reply') }),
  };
}
