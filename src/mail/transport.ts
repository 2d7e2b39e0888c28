import type { Delivery } from '../domain/send/delivery';
import type { OutgoingMail } from './delivery';
import { createPool, type SmtpPool } from './smtp-pool';
import { type Attempt, openSession, type Patience, type Relay, type Withheld } from './smtp-session';

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
  readonly connections?: number;
  /** How long to wait for a free connection (ms). */
  readonly waitMs?: number;
  readonly idleMs?: number;
}

/** With the wait below, 140 s: well below the three minutes of an activity. */
const PATIENCE: Patience = { connectMs: 20_000, envelopeMs: 30_000, replyMs: 60_000 };
const WAIT_MS = 30_000;
/** Below the minute after which many servers end a silent connection. */
const IDLE_MS = 20_000;
const CONNECTIONS = 5;

/** A relay by its URL: `smtp://user:password@host:587` (STARTTLS as offered) or `smtps://…`. */
export function createTransport(smtpUrl: string, options: TransportOptions = {}): MailTransport {
  const { patience, connections = CONNECTIONS, waitMs = WAIT_MS, idleMs = IDLE_MS } = options;
  const relay = relayOf(smtpUrl);
  const open = () => openSession(relay, { ...PATIENCE, ...patience });
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

function relayOf(smtpUrl: string): Relay {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const secure = protocol === 'smtps:';
  const login = username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : undefined;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (secure ? 465 : 587), secure, login };
}

async function tryOnce(pool: SmtpPool, mail: OutgoingMail, onDispatch: () => Promise<boolean>): Promise<Attempt> {
  let isStale = false;
  const first = await over(pool, { fresh: false }, async ({ session, wasIdle }) => {
    const attempt = await session.deliver(mail, onDispatch);
    // a server may end an idle connection whenever it likes: that says nothing of the message
    isStale = wasIdle && attempt.type === 'unreachable' && !attempt.asked;
    return attempt;
  });
  return isStale ? over(pool, { fresh: true }, ({ session }) => session.deliver(mail, onDispatch)) : first;
}

async function over(
  pool: SmtpPool,
  o: { readonly fresh: boolean },
  work: (lease: Awaited<ReturnType<SmtpPool['take']>>) => Promise<Attempt>,
): Promise<Attempt> {
  let lease: Awaited<ReturnType<SmtpPool['take']>>;
  try {
    lease = await pool.take(o);
  } catch (error) {
    return { type: 'unreachable', problem: error instanceof Error ? error.message : String(error), asked: false };
  }
  let isClean = false;
  try {
    const attempt = await work(lease);
    isClean = attempt.type === 'accepted';
    return attempt;
  } finally {
    pool.give(lease.session, { isClean });
  }
}
