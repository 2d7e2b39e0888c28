import { ViveiroError } from '../../domain/errors';
import { type IncomingMail, keyOfMail, readMail } from '../../mail/inbound/read-mail';
import type { Db } from '../../store/db';
import { type Received, receive, receiveUnreadable } from '../../store/inbound';
import type { TurnDeps } from '../../store/turn';

/** What takes messages in, by whatever way they come. */
export interface IntakeDeps {
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly linkSecret: string;
}

/** Reads a message and records it with all that follows. One that cannot be read is recorded as refused. */
export async function takeMail({ db, turn, linkSecret }: IntakeDeps, mail: IncomingMail): Promise<Received> {
  try {
    return await receive(db, turn, await readMail(linkSecret, mail));
  } catch (error) {
    if (!(error instanceof ViveiroError) || error.code !== 'VIV_INBOUND_UNREADABLE') throw error;
    const { way, source: raw, now: receivedAt } = mail;
    return receiveUnreadable(db, turn, {
      key: keyOfMail(mail),
      way,
      raw,
      receivedAt,
      reason: error.message,
      code: error.code,
    });
  }
}
