import { eventsOfEntry } from '../domain/entry/schema';
import type { Instant } from '../domain/ids';
import type { Rules } from '../domain/rules';
import { type Backtested, backtest } from '../domain/simulation/backtest';
import { type BacktestSums, BacktestTally } from '../domain/simulation/backtest-sums';
import { countErased, countHistories, readHistories, readWinners } from '../store/backtest';
import type { Db } from '../store/db';
import { definitionsIn, joinedBy, readDraft } from './simulating';

export interface BacktestRequest {
  readonly rules: Rules;
  /** The draft: a sequence file. */
  readonly file: string;
  /** Where the sequences stand that it may join. */
  readonly folder: string;
  readonly since: Instant;
  readonly now: Instant;
  readonly limit: number;
  readonly contactId?: string;
  /** Is given each contact in turn; nothing keeps them. */
  readonly onContact?: (one: Backtested) => void;
  readonly onProgress?: (progress: { readonly done: number; readonly all: number }) => void;
}

export interface BacktestResult extends BacktestSums {
  readonly sequence: string;
  readonly since: string;
  /** More contacts are on record than were asked for. */
  readonly isCut: boolean;
  /** Journeys since then of contacts who are on record no more. */
  readonly erased: number;
}

/** Replays recorded histories against a draft, page by page; writes nothing. Throws VIV_SEQUENCE_INVALID. */
export async function runBacktest(db: Db, request: BacktestRequest): Promise<BacktestResult> {
  const { rules, since, now, limit, contactId, onContact, onProgress } = request;
  const draft = await readDraft(request.file);
  const others = joinedBy(draft, await definitionsIn(request.folder));
  const { sequence, audience } = draft;
  const query = { sequence, audience, entries: eventsOfEntry(draft.enter), since, now, limit, contactId };
  const [winners, onRecord] = [await readWinners(db, sequence), await countHistories(db, query)];
  const all = Math.min(onRecord, limit);
  const setting = { rules, draft, others, winners, since, now };
  const tally = new BacktestTally();
  for await (const page of readHistories(db, query))
    for (const history of page) {
      const one = backtest(setting, history);
      tally.add(one);
      onContact?.(one);
      onProgress?.({ done: tally.contacts, all });
    }
  const erased = contactId === undefined ? await countErased(db, query) : 0;
  return { sequence, since: new Date(since).toISOString(), ...tally.sums(), isCut: onRecord > limit, erased };
}
