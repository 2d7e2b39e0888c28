import type { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Delivery } from '../domain/send/delivery';
import { failedDelivery, isOneReply, type OutgoingMail, onRecord } from './delivery';
import { heldBody } from './held-body';
import { type Relay, tlsOptions } from './relay';

/** How long a server may take (ms). */
export interface Patience {
  /** To connect, greet, secure and log in, all together. */
  readonly connectMs: number;
  /** From the envelope to the 354. */
  readonly envelopeMs: number;
  /** The same, over a connection that has been idle: it may be dead. */
  readonly staleMs: number;
  /** From the first byte of the body to the final reply. */
  readonly replyMs: number;
}

/** `onDispatch` answered false, and not a byte of the body left. */
export interface Withheld {
  readonly type: 'withheld';
}

/** `asked`: whether `onDispatch` was called. */
export type Attempt = (Delivery | Withheld) & { readonly asked: boolean };

/** A connection that has greeted and logged in, for one message at a time. */
export interface Session {
  /** False when the connection is lost. */
  isUsable(): boolean;
  /** `wasIdle`: the server may have ended the connection meanwhile. Rejects only with what `onDispatch` rejected with. */
  deliver(
    mail: OutgoingMail,
    o: { readonly onDispatch: () => Promise<boolean>; readonly wasIdle: boolean },
  ): Promise<Attempt>;
  /** Clears away a message that was refused; false: the connection is of no more use. */
  reset(): Promise<boolean>;
  close(): void;
}

/** Connects, secures and logs in. Rejects with what went wrong. */
export async function openSession(relay: Relay, patience: Patience): Promise<Session> {
  const { host, port, tls, login } = relay;
  const { connectMs, envelopeMs, replyMs } = patience;
  const connection = new SMTPConnection({
    host,
    port,
    ...tlsOptions(tls),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: envelopeMs + replyMs, // for RSET alone: all else has a limit of its own
    socketCloseTimeout: 0,
  });
  const limit = timeLimit();
  limit.set(connectMs);
  try {
    await Promise.race([ready(connection, login), limit.passed]);
    return sessionOn(connection, patience);
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    limit.clear();
  }
}

function ready(connection: SMTPConnection, login: Relay['login']): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    connection.on('error', done); // stays: without a listener a late error would end the process
    connection.connect((error) => (error || !login ? done(error) : connection.login({ credentials: login }, done)));
  });
}

/** After a reply to the message the connection goes on; after anything else nobody knows what the server waits for. */
const REPLIED: readonly Attempt['type'][] = ['accepted', 'rejected', 'put_off'];

function sessionOn(connection: SMTPConnection, patience: Patience): Session {
  return {
    isUsable: () => !connection.destroyed,
    async deliver(mail, { onDispatch, wasIdle }) {
      const envelopeMs = wasIdle ? Math.min(patience.staleMs, patience.envelopeMs) : patience.envelopeMs;
      try {
        const { isInStep, ...attempt } = await attemptOn(connection, {
          mail,
          onDispatch,
          patience: { ...patience, envelopeMs },
        });
        if (!REPLIED.includes(attempt.type) || !isInStep) connection.close();
        else await answersRead(); // a reply too many ends the connection before it is the answer to the next message
        return attempt;
      } catch (error) {
        connection.close();
        throw error;
      }
    },
    reset: () =>
      new Promise((resolve) => {
        connection.once('end', () => resolve(false));
        connection.reset((error) => resolve(!error));
      }),
    close: () => connection.close(),
  };
}

interface Trying {
  readonly mail: OutgoingMail;
  readonly onDispatch: () => Promise<boolean>;
  readonly patience: Patience;
}

/** `isInStep`: the server has answered what it was told, one reply for each, so that the connection is good for more. */
type Stepped = Attempt & { readonly isInStep: boolean };

async function attemptOn(connection: SMTPConnection, { mail, onDispatch, patience }: Trying): Promise<Stepped> {
  const limit = timeLimit();
  let outOfStep: string | undefined;
  const mayLeave = async () => {
    // the client takes a 2xx for a 354: it may be the answer to something else, and the 354 would then count as the final reply
    const reply = String(connection.lastServerResponse);
    if (!/^3/.test(reply)) outOfStep = `the server answered DATA with "${reply.trim()}"`;
    return outOfStep === undefined && (await onDispatch());
  };
  const body = heldBody(mail.source, () => mayLeave().finally(() => limit.set(patience.replyMs)));
  limit.set(patience.envelopeMs);
  try {
    const response = onRecord(await Promise.race([send(connection, mail, body.stream), limit.passed]));
    if (body.isGone() && isOneReply(response)) return { type: 'accepted', response, asked: true, isInStep: true };
    const problem = body.isGone()
      ? `it answered "${response}" with several codes`
      : `it answered "${response}" before it had the whole message`;
    return { type: 'uncertain', problem, fault: 'connection', asked: true, isInStep: false };
  } catch (error) {
    body.stream.destroy(); // from here on nothing leaves that has not left
    const answer = body.answer();
    const may = await answer;
    if (outOfStep !== undefined)
      return { type: 'unreachable', problem: outOfStep, fault: 'connection', asked: false, isInStep: false };
    if (may === false) return { type: 'withheld', asked: true, isInStep: false };
    const failed = error as SMTPConnection.SMTPError; // of the client, or of the limit, which is an Error with none of its extras
    const isInStep = !body.hasLeft() || body.isGone();
    return { ...failedDelivery(failed, { bodyLeft: body.hasLeft() }), asked: answer !== undefined, isInStep };
  } finally {
    limit.clear();
  }
}

/** Resolves when the client has looked at all that the server has said so far: it takes one reply per turn of the event loop. */
const answersRead = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves with the final reply. */
function send(connection: SMTPConnection, mail: OutgoingMail, body: Readable): Promise<string> {
  const { from, to, source } = mail;
  return new Promise((resolve, reject) => {
    connection.send({ from, to: [to], size: source.length }, body, (error, info) =>
      error ? reject(error) : resolve(info.response),
    );
  });
}

/** One limit after another: each setting replaces the one before. */
function timeLimit() {
  let timer: NodeJS.Timeout | undefined;
  let expire: (error: Error) => void;
  const passed = new Promise<never>((_, reject) => {
    expire = reject;
  });
  return {
    passed,
    set(ms: number) {
      clearTimeout(timer);
      timer = setTimeout(() => expire(new Error(`the server did not answer within ${ms / 1000} s`)), ms);
    },
    clear: () => clearTimeout(timer),
  };
}
