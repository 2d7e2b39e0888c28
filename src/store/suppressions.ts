import type { Instant } from '../domain/ids';
import type { Tx } from './db';

/** Why an address must not be mailed; undefined when it may. */
export async function suppressionOf(tx: Tx, email: string): Promise<string | undefined> {
  const [row] = await tx.$queryRaw<{ reason: string }[]>`SELECT reason FROM suppression WHERE email = ${email}`;
  return row?.reason;
}

export interface NewSuppression {
  readonly contactId: string;
  readonly reason: 'hard_bounce' | 'soft_bounces' | 'complaint';
  readonly at: Instant;
  /** The mail that brought it about: its recipient is suppressed, also when the contact has another address by now. */
  readonly sendId?: string | undefined;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Suppresses the address of a contact. An earlier suppression stands as it is. */
export async function suppressContact(tx: Tx, { contactId, reason, at, sendId = '' }: NewSuppression): Promise<void> {
  const send = UUID.test(sendId) ? sendId : null;
  await tx.$executeRaw`
    INSERT INTO suppression (email, reason, at) SELECT lower(coalesce(s.recipient, c.email)), ${reason}, ${new Date(at)}
    FROM contact c LEFT JOIN send s ON s.id = ${send}::uuid AND s.contact_id = c.id
    WHERE c.id = ${contactId}::uuid ON CONFLICT (email) DO NOTHING`;
}
