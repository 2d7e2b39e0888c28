import { ViveiroError } from '../../domain/errors';
import { authenticityIn } from '../../domain/inbound/authenticity';
import { DEFAULT_INBOUND } from '../../domain/inbound/rules';
import { type Authenticate, type IncomingMail, keyOfMail, readMail } from '../../mail/inbound/read-mail';
import type { Db } from '../../store/db';
import { type Received, receive, receiveUnreadable } from '../../store/inbound';
import type { TurnDeps } from '../../store/turn';

/** What takes messages in, by whatever way they come. */
export interface IntakeDeps {
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly linkSecret: string;
}

/**
 * Reads a message and records it with all that follows. One that cannot be read, or that no retry would help, is recorded as refused:
 * it must not stand in the way of those behind it. Who wrote it is looked for in its own head, unless `mail` knows better.
 */
export async function takeMail(deps: IntakeDeps, mail: IncomingMail): Promise<Received> {
  const { db, turn, linkSecret } = deps;
  const { trustedServers } = (turn.rules.inbound ?? DEFAULT_INBOUND).authenticity;
  const authenticate: Authenticate = mail.authenticate ?? ((message) => authenticityIn(message, trustedServers));
  try {
    return await receive(db, turn, await readMail(linkSecret, { ...mail, authenticate }));
  } catch (error) {
    if (!(error instanceof ViveiroError) || error.retry) throw error;
    const { way, source: raw, now: receivedAt } = mail;
    const { code, message: reason } = error;
    return receiveUnreadable(db, turn, { key: keyOfMail(mail), way, raw, receivedAt, reason, code });
  }
}
