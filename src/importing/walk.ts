import { type ErrorCode, ViveiroError } from '../domain/errors';
import { leftOutBecause } from './convert';
import { type ImportMap, isOfPeople } from './map';
import { type AnyRow, type CsvFile, guessed, type Row } from './rows';
import { identityIn } from './values';

/** What becomes of one row. */
export type Step<T> = { readonly number: number } & (
  | { readonly type: 'taken'; readonly row: Row; readonly item: T }
  | {
      readonly type: 'bad';
      readonly row: AnyRow;
      readonly problem: RowProblem;
      /** The row as far as its cells can be told by their places. */
      readonly guess: Row;
    }
  | { readonly type: 'left out'; readonly reason: string }
  | { readonly type: 'beyond limit' }
);

export interface Walk<T> {
  readonly map: ImportMap;
  /** Most rows or contacts, as the mapping says; none: all. */
  readonly limit?: number | undefined;
  /** Rows up to this number were done before, and are passed over. */
  readonly after?: number;
  /** Throws VIV_ROW_INVALID. */
  readonly convert: (row: Row) => T;
}

/** Goes through a file row by row; the same file gives the same steps. */
export async function* walk<T>(
  { columns, rows }: CsvFile,
  { map, limit, after = 0, convert }: Walk<T>,
): AsyncGenerator<Step<T>> {
  const within = contactsWithin(map.limitBy === 'contact' ? limit : undefined);
  const mostRows = map.limitBy === 'row' ? limit : undefined;
  for await (const any of rows) {
    const isWithin = limit === undefined || within(emailOf(guessed(any, columns), map));
    if (any.number > after)
      yield isWithin ? stepOf(any, { columns, map, convert }) : { type: 'beyond limit', number: any.number };
    if (any.number === mostRows) return;
  }
}

function stepOf<T>(
  any: AnyRow,
  { columns, map, convert }: Pick<Walk<T>, 'map' | 'convert'> & { readonly columns: readonly string[] },
): Step<T> {
  const { number } = any;
  if (!('cells' in any)) {
    const problem: RowProblem = { code: 'VIV_ROW_INVALID', reason: any.reason };
    return { type: 'bad', number, row: any, problem, guess: guessed(any, columns) };
  }
  const leftOut = leftOutBecause(any, map);
  if (leftOut !== undefined) return { type: 'left out', number, reason: leftOut };
  const item = attempted(() => convert(any));
  return 'value' in item
    ? { type: 'taken', number, row: any, item: item.value }
    : { type: 'bad', number, row: any, problem: item, guess: any };
}

function emailOf(row: Row, map: ImportMap): string | undefined {
  if (!isOfPeople(map)) return undefined;
  const email = attempted(() => identityIn(row, map.contact.email));
  return 'value' in email ? email.value.toLowerCase() : undefined;
}

/** Tells whether a contact is among the first `limit`. A row of nobody is within: what it is will be told. */
function contactsWithin(limit: number | undefined): (email: string | undefined) => boolean {
  const first = new Set<string>();
  return (email) => {
    if (limit === undefined || email === undefined || first.has(email)) return true;
    if (first.size >= limit) return false;
    first.add(email);
    return true;
  };
}

export interface RowProblem {
  readonly code: ErrorCode;
  readonly reason: string;
}
export type Attempt<T> = { readonly value: T } | RowProblem;

/** What is wrong with a row as a value; other errors go on. */
export function attempted<T>(work: () => T): Attempt<T> {
  try {
    return { value: work() };
  } catch (error) {
    return rowProblem(error);
  }
}

/** The problem that an error tells of one row. Throws it on if it is one of the machine, which another row would meet too. */
export function rowProblem(error: unknown): RowProblem {
  if (error instanceof ViveiroError && error.http < 500) return { code: error.code, reason: error.message };
  throw error;
}
