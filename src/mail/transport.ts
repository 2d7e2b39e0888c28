import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { MAIL_LIMITS } from '../domain/delivery/time-limits';
import type { Delivery } from '../domain/send/delivery';
import { faultOf, type OutgoingMail } from './delivery';
import { relayOf, type TlsPolicy } from './relay';
import { createPool, type Lease, NoneFree, type SmtpPool } from './smtp-pool';
import { type Attempt, openSession, type Patience, type Withheld } from './smtp-session';

export type { Delivery } from '../domain/send/delivery';
export type { OutgoingMail } from './delivery';
export type { Withheld } from './smtp-session';

export interface MailTransport {
  /**
   * Tries once to deliver one message. `onDispatch` is awaited between the server's 354 and the first byte of the body: what it
   * commits holds before the message can be anywhere. Rejects only with what `onDispatch` rejected with.
   */
  deliver(mail: OutgoingMail, o: { readonly onDispatch: () => Promise<boolean> }): Promise<Delivery | Withheld>;
  /** Ends idle connections; busy ones end with their message. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly patience?: Partial<Patience>;
  readonly connections?: number | undefined;
  /** How long to wait for a free connection (ms). */
  readonly waitMs?: number;
  readonly idleMs?: number;
  /** Default: STARTTLS as it is offered. */
  readonly tls?: TlsPolicy | undefined;
}

/** Below the minute after which many servers end a silent connection. */
const IDLE_MS = 20_000;
const CONNECTIONS = 5;

/** A relay by its URL: `smtp://user:password@host:587` or `smtps://…`. */
export function createTransport(smtpUrl: string, options: TransportOptions = {}): MailTransport {
  const { patience, connections = CONNECTIONS, waitMs = MAIL_LIMITS.connectionWaitMs, idleMs = IDLE_MS } = options;
  const relay = relayOf(smtpUrl, options.tls);
  const open = () => openSession(relay, { ...MAIL_LIMITS, ...patience });
  const pool = createPool({ open, size: connections, waitMs, idleMs });
  return {
    async deliver(mail, { onDispatch }) {
      const { asked: _, ...delivery } = await tryOnce(pool, mail, onDispatch);
      return delivery;
    },
    async close() {
      pool.close();
    },
  };
}

async function tryOnce(pool: SmtpPool, mail: OutgoingMail, onDispatch: () => Promise<boolean>): Promise<Attempt> {
  const trying = { pool, mail, onDispatch };
  const first = await leased(() => pool.take());
  if ('type' in first) return first;
  const attempt = await over(first, trying);
  // a server may end an idle connection whenever it likes: that says nothing of the message
  if (!first.wasIdle || attempt.type !== 'unreachable' || attempt.asked) return done(pool, first, attempt);
  const second = await leased(() => pool.replace(first.session));
  return 'type' in second ? second : done(pool, second, await over(second, trying));
}

async function leased(lease: () => Promise<Lease>): Promise<Lease | Attempt> {
  try {
    return await lease();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const unreachable = { type: 'unreachable', problem, asked: false } as const;
    if (error instanceof NoneFree) return unreachable;
    return { ...unreachable, fault: faultOf(error as SMTPConnection.SMTPError) }; // of the client, or of the limit, which has none of its extras
  }
}

interface Trying {
  readonly pool: SmtpPool;
  readonly mail: OutgoingMail;
  readonly onDispatch: () => Promise<boolean>;
}

async function over({ session, wasIdle }: Lease, { pool, mail, onDispatch }: Trying): Promise<Attempt> {
  try {
    return await session.deliver(mail, { onDispatch, wasIdle });
  } catch (error) {
    pool.give(session, { isClean: false });
    throw error;
  }
}

function done(pool: SmtpPool, { session }: Lease, attempt: Attempt): Attempt {
  pool.give(session, { isClean: attempt.type === 'accepted' });
  return attempt;
}
