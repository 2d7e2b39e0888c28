import { OPEN_TRACKING } from '../domain/engagement/rules';
import type { Tx } from './db';

/** Whether the newest word of a contact allows us to see whether mails are opened. */
export async function mayTrackOpens(tx: Tx, contactId: string): Promise<boolean> {
  const [newest] = await tx.$queryRaw<{ granted: boolean }[]>`
    SELECT granted FROM consent WHERE contact_id = ${contactId}::uuid AND purpose = ${OPEN_TRACKING} ORDER BY seq DESC LIMIT 1`;
  return newest?.granted === true;
}
