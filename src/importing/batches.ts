import { normalisedEmail } from '../store/contacts';
import type { RowOutcome } from '../store/imports/record';
import { type ImportRun, rejectRow } from './import-run';
import type { Item, Numbered, RecordedItem } from './items';
import type { ImportMap } from './map';
import type { RejectFile } from './rejects';
import type { ImportCounts } from './report';
import type { AnyRow, Row } from './rows';
import { Seen } from './seen';
import { type RowProblem, rowProblem, type Step, walk } from './walk';

/** Rows that are worked on together. */
export interface RowBatch {
  readonly items: readonly Numbered<RecordedItem>[];
  /** The last row of the file that the batch is about, whatever became of it. */
  readonly through: number;
}

/** Where batches go: to the database, or nowhere. */
export interface Sink {
  /**
   * Calls `settle` with what became of the items, in their order, within the same transaction, and keeps what it answers: how far the import
   * is then. Called again when the transaction could not be committed.
   */
  record(batch: RowBatch, settle: (outcomes: readonly RowOutcome[]) => Progress): Promise<void>;
}

/** How far an import is. */
export interface Progress {
  readonly counts: ImportCounts;
  /** Length of the reject file. */
  readonly rejectsBytes: number;
}

export interface BatchRun extends ImportRun {
  readonly map: ImportMap;
  /** Throws what is wrong with a row. */
  readonly convert: (row: Row) => Item;
  /** Purchases of rows that were done before and that were refused, by their reference: their other rows are, too. */
  readonly refused: ReadonlyMap<string, RowProblem>;
  /** Rows that were done before. */
  readonly after: number;
  readonly sink: Sink;
}

const MOST_ITEMS = 500;
/** Also of rows that are left out: what became of them is stored with the batch. */
const MOST_STEPS = 5_000;

/**
 * Reads rows and hands them on in batches, one after the other: while one is recorded the next is read, and no more, so memory holds two
 * however large the file is.
 */
export async function importBatches(run: BatchRun): Promise<void> {
  const csv = await run.open();
  const going: Going = { seen: new Seen(), refused: new Map(run.refused) };
  const steps = walk(csv, { map: run.map, limit: run.limit, after: run.after, convert: run.convert });
  let working = Promise.resolve();
  try {
    for await (const batch of batchesOf(steps)) {
      await working;
      working = recorded(run, batch, going).then(() =>
        run.onProgress(csv.bytesRead() / Math.max(1, csv.inspected.bytes)),
      );
      working.catch(() => undefined); // it is thrown when it is awaited
    }
    await working;
  } finally {
    await working.catch(() => undefined);
    await csv.close();
  }
}

async function* batchesOf(steps: AsyncIterable<Step<Item>>): AsyncGenerator<readonly Step<Item>[]> {
  let batch: Step<Item>[] = [];
  let items = 0;
  for await (const step of steps) {
    batch.push(step);
    if (step.type === 'taken') items += 1;
    if (items < MOST_ITEMS && batch.length < MOST_STEPS) continue;
    yield batch;
    batch = [];
    items = 0;
  }
  if (batch.length > 0) yield batch;
}

/** What is known of the rows before. */
interface Going {
  /** Addresses. */
  readonly seen: Seen;
  /** By reference of the purchase. */
  readonly refused: Map<string, RowProblem>;
}

interface Rejected {
  readonly row: AnyRow;
  readonly problem: RowProblem;
}

type Taken = Extract<Step<Item>, { readonly type: 'taken' }>;

async function recorded(run: BatchRun, steps: readonly Step<Item>[], going: Going): Promise<void> {
  const { report, sink } = run;
  const bad = countUntaken(run, steps);
  const taken = steps.filter((step) => step.type === 'taken');
  const items = taken.flatMap(({ number, item }) => (item.type === 'line' ? [] : [{ ...item, number }]));
  for (const item of items)
    if (item.type === 'person' && going.seen.add(normalisedEmail(item.contact.email))) report.count('merged');
  const before = report.counts();
  await sink.record({ items, through: steps.at(-1)?.number ?? 0 }, (outcomes) => {
    report.reset(before);
    const byNumber = new Map(outcomes.map((outcome) => [outcome.number, outcome]));
    const refused = taken.flatMap((step) => settled(run, going, { step, outcome: byNumber.get(step.number) }));
    const all = [...bad, ...refused].toSorted((one, other) => one.row.number - other.row.number);
    for (const { row, problem } of all) rejectRow(run, row, problem);
    return { counts: report.counts(), rejectsBytes: flushed(run.rejects) };
  });
}

/** Counts what became of a row that was taken, and answers it if it was refused after all. */
function settled(
  { report }: BatchRun,
  { refused }: Going,
  { step: { row, item }, outcome }: { readonly step: Taken; readonly outcome: RowOutcome | undefined },
): readonly Rejected[] {
  const told = outcome && 'error' in outcome ? rowProblem(outcome.error) : undefined;
  if (item.type === 'purchase') {
    if (told) refused.set(item.purchase.reference, told);
    else refused.delete(item.purchase.reference); // a try before may have refused it
  }
  const problem = item.type === 'line' ? refused.get(item.reference) : told;
  if (problem) return [{ row, problem }];
  for (const warning of item.warnings) report.warn(row.line, warning);
  if (outcome && !('error' in outcome)) report.take(row.line, outcome);
  return [];
}

const flushed = (rejects: RejectFile | undefined): number => rejects?.flush() ?? 0;

/** Counts rows that go no further, and answers those that are bad. */
function countUntaken({ report }: BatchRun, steps: readonly Step<Item>[]): readonly Rejected[] {
  report.count('read', steps.length);
  return steps.flatMap((step): Rejected[] => {
    if (step.type === 'left out') report.leaveOut(step.reason);
    else if (step.type === 'beyond limit') report.count('beyondLimit');
    return step.type === 'bad' ? [{ row: step.row, problem: step.problem }] : [];
  });
}
