import { failure, ViveiroError } from '../domain/errors';
import type { IdentityRules } from '../domain/identity/rules';
import type { Instant } from '../domain/ids';
import { type MergeRules, madeOf, merged } from '../domain/importing/merge';
import { type Spelling, spellingOf } from '../store/addresses';
import { type Db, transaction } from '../store/db';
import { CONTACT_DEFAULTS, type KnownRow, knownContacts, Overtaken } from '../store/imports/contacts';
import { usedKeys } from '../store/imports/leads';
import { type RowOutcome, recordBatch } from '../store/imports/record';
import { checkpoint } from '../store/imports/runs';
import type { MailingList } from '../store/lists';
import { pgCode } from '../store/pg-code';
import type { TurnDeps } from '../store/turn';
import type { Progress, RowBatch, Sink } from './batches';
import { type BatchedMap, batchOf } from './items';
import { Seen } from './seen';

export interface Recording {
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly map: BatchedMap;
  readonly importId: string;
  readonly list?: MailingList | undefined;
  readonly now: Instant;
  /** Rows that were done before. */
  readonly after: number;
}

const MOST_TRIES = 5;

/** Records each batch, and how far the import is with it, in one transaction: whatever ends it, each row is recorded once. */
export function recordingSink({ db, turn, map, importId, list, now, after }: Recording): Sink {
  let done = after;
  const commit = (batch: RowBatch, settle: (outcomes: readonly RowOutcome[]) => Progress): Promise<void> =>
    transaction(db, async (tx) => {
      const recording = { importId, merge: map.merge, list, now, batch: batchOf(map, batch.items) };
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
        await recordBatch(tx, turn, { importId, merge: map.merge, list, now, batch: batchOf(map, [item]) });
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
  return failure('VIV_ROW_INVALID', { reason: 'the database cannot hold one of its values' }, error);
}

export interface Foretelling {
  /** None: the file alone is looked at. */
  readonly db: Db | undefined;
  readonly map: BatchedMap;
  /** Absent: `DEFAULT_IDENTITY` holds. */
  readonly identity?: IdentityRules | undefined;
}

/** Says what would become of each batch, and writes nothing. */
export function foretellingSink({ db, map, identity }: Foretelling): Sink {
  const keys = new Seen();
  const addresses = new Seen();
  return {
    async record({ items }, settle) {
      const spelled = items.map(({ contact }) => spellingOf(contact.email, identity));
      const known = db ? new Map(await knownContacts(db, spelled)) : new Map<string, KnownRow>();
      const used = db
        ? await usedKeys(
            db,
            items.flatMap(({ registration }) => registration?.idempotencyKey ?? []),
          )
        : NONE;
      const outcomes = items.map(({ number, contact, at, registration }, index): RowOutcome => {
        const key = registration?.idempotencyKey;
        if (key !== undefined && (used.has(key) || keys.add(key))) return { number, outcome: 'repeated' };
        const spelling = spelled[index] ?? { exact: '', home: '' };
        return {
          number,
          ...foretold(known, {
            spelling,
            told: { ...contact, at },
            merge: map.merge,
            isSeen: addresses.add(spelling.home),
          }),
        };
      });
      settle(outcomes);
    },
  };
}

const NONE: ReadonlyMap<string, unknown> = new Map();

interface Foretold {
  readonly spelling: Spelling;
  readonly told: Parameters<typeof merged>[1];
  readonly merge: MergeRules;
  /** A row above was about the same contact. */
  readonly isSeen: boolean;
}

/** `known` keeps what rows of the batch make of contacts; of those of earlier batches only that they are there is known. */
function foretold(known: Map<string, KnownRow>, { spelling: { exact, home }, told, merge, isSeen }: Foretold) {
  const before = known.get(exact) ?? known.get(home);
  if (!before) {
    const made = { id: '', ...madeOf(told, CONTACT_DEFAULTS) };
    known.set(exact, made);
    known.set(home, made);
    return { outcome: isSeen ? ('unchanged' as const) : ('created' as const), changes: [], opened: false };
  }
  const { after, changes } = merged(before, told, merge);
  for (const key of [exact, home]) known.set(key, { id: before.id, ...after });
  const outcome = changes.length > 0 ? ('updated' as const) : ('unchanged' as const);
  return { outcome, changes: before.id === '' ? [] : changes, opened: false };
}
