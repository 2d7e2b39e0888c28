import type { Instant } from '../domain/ids';
import type { Db } from './db';

/** How far a mailbox has been read. Both numbers as decimal text: IMAP has 32 bits, and servers that give more. */
export interface MailboxPlace {
  readonly uidValidity: bigint;
  /** Of the last message that was taken in; 0: none was. */
  readonly lastUid: bigint;
}

/** Where reading goes on; null: it was never read. */
export async function mailboxPlace(db: Db, name: string): Promise<MailboxPlace | null> {
  const [row] = await db.$queryRaw<MailboxPlace[]>`
    SELECT uid_validity AS "uidValidity", last_uid AS "lastUid" FROM inbound_mailbox WHERE name = ${name}`;
  return row ?? null;
}

/** Moves on, never back: of two that read the same mailbox at once, the slower one changes nothing. */
export async function moveOn(
  db: Db,
  { name, uidValidity, lastUid, at }: MailboxPlace & { readonly name: string; readonly at: Instant },
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO inbound_mailbox (name, uid_validity, last_uid, read_at) VALUES (${name}, ${uidValidity}, ${lastUid}, ${new Date(at)})
    ON CONFLICT (name) DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid, read_at = excluded.read_at
    WHERE inbound_mailbox.uid_validity <> excluded.uid_validity OR inbound_mailbox.last_uid < excluded.last_uid`;
}
