import { asyncLocalStorage } from '@temporalio/activity';
import type { Instant } from '../domain/ids';
import type { ErasureProof } from '../domain/privacy/erasure';
import type { Db } from '../store/db';
import { eraseMentions, proveErasure } from '../store/erase-proof';
import { eraseRows, workflowsOf } from '../store/erase-rows';
import { type ErasureNext, nextOfErasure, settleForErasure, stopForErasure } from '../store/erase-stop';
import { findErasure } from '../store/erasures';
import type { TurnDeps } from '../store/turn';
import { beating } from './heartbeat';

export type { ErasureNext } from '../store/erase-stop';

interface Erasing {
  readonly erasureId: string;
  readonly now: Instant;
}

type Deleted = Pick<ErasureProof['histories'], 'deleted' | 'refused'>;

export interface ErasureActivities {
  /** Whether it is to begin, to wait, or over. */
  readErasure(erasing: Erasing): Promise<ErasureNext>;
  /** Mails, journeys, handoffs and tasks end. */
  stopErased(erasing: Erasing): Promise<void>;
  /** How long mails are still on their way (ms); 0: none is. */
  settleErased(erasing: Erasing): Promise<number>;
  /** Rows go, and mentions in rows of others. Answers how many of those. */
  eraseRows(erasing: Erasing): Promise<number>;
  /** Histories of the contact's workflows go, where the server allows it. */
  eraseHistories(erasing: Erasing): Promise<Deleted>;
  /** Looks for what is left, and ends the erasure. Answers `done` or `incomplete`. */
  proveErasure(erasing: Erasing & { readonly replaced: number; readonly deleted: Deleted }): Promise<string>;
}

/** Where the histories of workflows are kept. */
export interface Histories {
  /** Deletes every run of these workflows, and of those that are found by the contact. */
  deleteOf(contactId: string, workflowIds: readonly string[]): Promise<Deleted>;
  /** How many runs are still found by the contact, once the server has had its time to delete them. */
  leftOf(contactId: string): Promise<number>;
}

export interface ErasureDeps {
  readonly db: Db;
  readonly turn: TurnDeps;
  /** Absent: there are none to reach. */
  readonly histories?: Histories | undefined;
  /** Told of each batch of rows; a test may end the process there. */
  readonly onBatch?: ((table: string) => void | Promise<void>) | undefined;
}

export function createErasureActivities({ db, turn, histories, onBatch }: ErasureDeps): ErasureActivities {
  const signal = () => asyncLocalStorage.getStore()?.cancellationSignal;
  return {
    readErasure: (erasing) => nextOfErasure(db, erasing),
    stopErased: (erasing) => stopForErasure(db, turn, erasing),
    settleErased: (erasing) => settleForErasure(db, turn, erasing),
    eraseRows: (erasing) =>
      beating(async () => {
        await eraseRows(db, turn, { ...erasing, signal: signal(), onBatch });
        return eraseMentions(db, erasing);
      }),
    eraseHistories: ({ erasureId }) =>
      beating(async () => {
        const { contactId } = await findErasure(db, erasureId);
        const ids = await workflowsOf(db, erasureId);
        return histories ? histories.deleteOf(contactId, ids) : { deleted: 0, refused: null };
      }),
    proveErasure: ({ erasureId, now, replaced, deleted }) =>
      beating(async () => {
        const { contactId } = await findErasure(db, erasureId);
        const left = deleted.refused === null ? ((await histories?.leftOf(contactId)) ?? 0) : 0;
        const { status } = await proveErasure(db, { erasureId, now, replaced, histories: { ...deleted, left } });
        return status;
      }),
  };
}
