import type { Sender } from '../mail/account';
import type { AnswerDomains } from '../mail/answers';
import type { DkimKey } from '../mail/dkim-key';
import type { Templates } from '../mail/templates';
import type { MailTransport } from '../mail/transport';
import type { Db } from '../store/db';
import type { ReplyNotes } from '../store/reply-notes';
import type { TurnDeps } from '../store/turn';

/**
 * Where a send is: nothing done yet; about to commit its claim; claimed; 354 heard; `dispatching` committed and no byte of the body
 * gone; the server has replied (or never will) and that is not yet written; about to commit how it ended; committed.
 */
export type LedgerMoment =
  | 'begun'
  | 'claiming'
  | 'claimed'
  | 'asked'
  | 'dispatching'
  | 'replied'
  | 'settling'
  | 'settled';

export interface LedgerHooks {
  /** Told of each moment, and awaited: a test may end the process there. */
  readonly at: (moment: LedgerMoment, sendId: string) => void | Promise<void>;
}

/** What mail activities work with. */
export interface MailDeps {
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly templates: Templates;
  readonly transport: MailTransport;
  /** Sender of all mail: `Name <address>`. */
  readonly from: string;
  /** Signs all mail; none: it is not signed here. */
  readonly dkim?: DkimKey | undefined;
  /** By account, in place of the two above: those of rules/delivery.yaml. Left out: they do not apply, and there is one way out. */
  readonly senders?: ReadonlyMap<string, Sender> | undefined;
  readonly postalAddress: string;
  /** Where people reach the API, without a slash at the end. */
  readonly publicUrl: string;
  readonly linkSecret: string;
  readonly answerDomains?: AnswerDomains;
  readonly hooks?: LedgerHooks;
  /** Left out: a final reply is safe when its send is settled. */
  readonly replies?: ReplyNotes;
  /** How long a claim outlives its holder (ms, real time). Left out: 15 s. */
  readonly leaseMs?: number;
  /** How long a mail waits for an account that has as many on their way as it takes, before it is deferred (ms, real time). Left out: 10 s. */
  readonly fullWaitMs?: number;
}

const LEASE_MS = 15_000;

const FULL_WAIT_MS = 10_000;
export const fullWaitMsOf = ({ fullWaitMs = FULL_WAIT_MS }: Pick<MailDeps, 'fullWaitMs'>): number => fullWaitMs;

/** Renewed three times within its length while its holder lives. */
export const leaseMsOf = ({ leaseMs = LEASE_MS }: Pick<MailDeps, 'leaseMs'>): number => leaseMs;
