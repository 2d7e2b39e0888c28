import type { Instant } from '../domain/ids';
import type { ArrivalKind } from '../domain/inbound/arrival';
import { CONSEQUENCES } from '../domain/inbound/consequence';
import { DEFAULT_INBOUND } from '../domain/inbound/rules';
import { type Db, lockContact, transaction } from './db';
import { forgetRaw } from './inbound-rows';
import { reconcile } from './reconcile';
import type { TurnDeps } from './turn';

/** What a sweep does about what came back: old messages are forgotten as they came, and late doubts end. */
export async function sweepInbound(
  db: Db,
  deps: TurnDeps,
  { now, signal }: { readonly now: Instant; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { keepRawFor } = deps.rules.inbound ?? DEFAULT_INBOUND;
  let forgotten: number;
  do {
    signal?.throwIfAborted();
    forgotten = await transaction(db, (tx) => forgetRaw(tx, now - keepRawFor));
  } while (forgotten > 0);
  for (const doubtful of await answeredDoubts(db)) {
    signal?.throwIfAborted();
    await endDoubt(db, deps, doubtful, now);
  }
}

interface AnsweredDoubt {
  readonly sendId: string;
  readonly contactId: string | null;
  readonly kind: ArrivalKind;
  readonly reason: string;
}

/** Sends in doubt that something had come back from: it came while their sender was still at work, and was lost only then. */
function answeredDoubts(db: Db): Promise<readonly AnsweredDoubt[]> {
  return db.$queryRaw<AnsweredDoubt[]>`
    SELECT DISTINCT ON (s.id) s.id AS "sendId", s.contact_id AS "contactId", i.kind, i.reason
    FROM send s JOIN inbound i ON i.send_id = s.id AND i.standing = 'applied' WHERE s.status = 'unknown'
    ORDER BY s.id, i.received_at, i.id`;
}

function endDoubt(db: Db, deps: TurnDeps, { sendId, contactId, kind, reason }: AnsweredDoubt, now: Instant) {
  const { send: status, called } = CONSEQUENCES[kind];
  if (status === null) return undefined;
  return transaction(db, async (tx) => {
    if (contactId !== null) await lockContact(tx, contactId);
    await reconcile(tx, deps, { sendId, status, reason: `${called}: ${reason}`, at: now });
  });
}
