import { failure, ViveiroError } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { DEFAULT_MERGE } from '../domain/importing/merge';
import { type Db, transaction } from '../store/db';
import { Overtaken } from '../store/imports/contacts';
import { type RowOutcome, recordBatch } from '../store/imports/record';
import { checkpoint } from '../store/imports/runs';
import type { MailingList } from '../store/lists';
import { pgCode } from '../store/pg-code';
import type { TurnDeps } from '../store/turn';
import type { Progress, RowBatch, Sink } from './batches';
import { batchOf } from './items';
import type { ImportMap } from './map';

export interface Recording {
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly map: ImportMap;
  readonly importId: string;
  readonly list?: MailingList | undefined;
  readonly now: Instant;
  /** Rows that were done before. */
  readonly after: number;
}

const MOST_TRIES = 5;

const mergeOf = (map: ImportMap) => ('merge' in map ? map.merge : DEFAULT_MERGE);

/** Records each batch, and how far the import is with it, in one transaction: whatever ends it, each row is recorded once. */
export function recordingSink({ db, turn, map, importId, list, now, after }: Recording): Sink {
  let done = after;
  const commit = (batch: RowBatch, settle: (outcomes: readonly RowOutcome[]) => Progress): Promise<void> =>
    transaction(db, async (tx) => {
      const recording = { importId, merge: mergeOf(map), list, now, batch: batchOf(map, batch.items) };
      const { counts, rejectsBytes } = settle(await recordBatch(tx, turn, recording));
      const { through: rowsDone } = batch;
      await checkpoint(tx, { importId, from: done, rowsDone, report: counts, rejectsBytes });
    });
  const tried = async (...given: Parameters<typeof commit>): Promise<void> => {
    for (let tries = 1; ; tries += 1)
      try {
        await commit(...given);
        done = given[0].through;
        return;
      } catch (error) {
        if (tries === MOST_TRIES || !isPassing(error)) throw error;
      }
  };
  return {
    async record(batch, settle) {
      try {
        await tried(batch, settle);
      } catch (error) {
        if (problemOf(error) === undefined) throw error;
        const refused = await refusedOf({ db, turn, map, importId, list, now }, batch);
        const items = batch.items.filter(({ number }) => !refused.has(number));
        await tried({ ...batch, items }, (outcomes) => settle(together(batch, { outcomes, refused })));
      }
    },
  };
}

type Refused = ReadonlyMap<number, ViveiroError>;

function together(
  { items }: RowBatch,
  { outcomes, refused }: { readonly outcomes: readonly RowOutcome[]; readonly refused: Refused },
): readonly RowOutcome[] {
  const byNumber = new Map(outcomes.map((outcome) => [outcome.number, outcome]));
  return items.flatMap(({ number }): readonly RowOutcome[] => {
    const error = refused.get(number);
    const outcome = byNumber.get(number);
    return error ? [{ number, error }] : outcome ? [outcome] : [];
  });
}

/** Why PostgreSQL refuses a row. */
export const NOT_HELD = 'the database cannot hold one of its values';

class RolledBack extends Error {}

/** Which rows of a batch that failed are to blame: each is tried by itself, and taken back. */
async function refusedOf(
  { db, turn, map, importId, list, now }: Omit<Recording, 'after'>,
  { items }: RowBatch,
): Promise<Refused> {
  const refused = new Map<number, ViveiroError>();
  for (const item of items)
    try {
      await transaction(db, async (tx) => {
        await recordBatch(tx, turn, { importId, merge: mergeOf(map), list, now, batch: batchOf(map, [item]) });
        throw new RolledBack();
      });
    } catch (error) {
      const problem = error instanceof RolledBack ? undefined : problemOf(error);
      if (problem) refused.set(item.number, problem);
      else if (!(error instanceof RolledBack)) throw error;
    }
  return refused;
}

/** Serialization failure, deadlock (PostgreSQL, appendix A); or somebody was faster. */
const isPassing = (error: unknown): boolean => error instanceof Overtaken || ['40001', '40P01'].includes(pgCode(error));

/** What is wrong with one row of a batch: input that is refused, or data that PostgreSQL cannot hold (class 22). Undefined: no row is to blame. */
function problemOf(error: unknown): ViveiroError | undefined {
  if (error instanceof ViveiroError) return error.http < 500 && error.code !== 'VIV_IMPORT_BUSY' ? error : undefined;
  if (!pgCode(error).startsWith('22')) return undefined;
  return failure('VIV_ROW_INVALID', { reason: NOT_HELD }, error);
}
