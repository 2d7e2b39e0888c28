import { DateTime } from 'luxon';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { type AmountValue, type AttributeValue, COLUMN, type RowTest, type TimeValue, type Value } from './map';
import type { Row } from './rows';

type Scalar = string | number | boolean;

/** What makes a row invalid, for the person who corrects it. */
export const wrongRow = (reason: string) => failure('VIV_ROW_INVALID', { reason });

const EVERY_COLUMN = new RegExp(COLUMN);
/** `{row}` is the number of the row and no column. */
const ROW = 'row';

/** A pattern in pieces: every second one, from the second on, stands for a column. */
const pieces = new Map<string, readonly string[]>(); // those of mappings: few, and each asked for with every row

function piecesOf(pattern: string): readonly string[] {
  const known = pieces.get(pattern);
  if (known) return known;
  const made = pattern.split(EVERY_COLUMN);
  pieces.set(pattern, made);
  return made;
}

/** The columns that a pattern names. */
export const columnsOf = (pattern: string): readonly string[] =>
  piecesOf(pattern).filter((name, place) => place % 2 === 1 && name !== ROW);

/** The cell without blanks around it; '' for an empty one. The header was checked, so the column is there. */
function cellOf({ cells }: Row, column: string): string {
  return (cells.get(column) ?? '').trim();
}

function filled(pattern: string, row: Row): string {
  const cells = piecesOf(pattern).map((piece, place) => {
    if (place % 2 === 0) return piece;
    return piece === ROW ? String(row.ownNumber) : cellOf(row, piece);
  });
  return cells.join('');
}

/** A pattern that tells contacts or purchases apart: with one of its cells empty, it tells nothing. Throws VIV_ROW_INVALID. */
export function identityIn(row: Row, pattern: string): string {
  for (const column of columnsOf(pattern)) requiredCell(row, column);
  return filled(pattern, row);
}

/** A cell that must say something. Throws VIV_ROW_INVALID. */
export function requiredCell(row: Row, column: string): string {
  const cell = cellOf(row, column);
  if (cell === '') throw wrongRow(`${column} is empty`);
  return cell;
}

/** Text, or `undefined` for what is not known: all the cells are empty. Throws VIV_ROW_INVALID. */
export function textIn(row: Row, value: Value): string | undefined {
  const found = scalarIn(row, value);
  return found === undefined || found === '' ? undefined : String(found);
}

/** The value of an attribute; `undefined`: it is not known. Throws VIV_ROW_INVALID. */
export function attributeIn(
  row: Row,
  { value, decimal }: { readonly value: AttributeValue; readonly decimal: string },
): Scalar | undefined {
  const found = scalarIn(row, value);
  if (typeof value === 'string' || value.type === 'text' || typeof found !== 'string') return found;
  return numberFrom(found, { column: value.column, decimal });
}

function scalarIn(row: Row, value: Value): Scalar | undefined {
  if (typeof value === 'string') return patternIn(row, value);
  const cell = cellOf(row, value.column);
  if (value.values && Object.hasOwn(value.values, cell)) return value.values[cell];
  if (cell === '' || value.missing.includes(cell)) return undefined;
  if (!value.values) return cell;
  if (value.otherwise !== undefined) return value.otherwise;
  throw wrongRow(`${value.column} is ${quoted(cell)}, which the mapping does not list`);
}

function patternIn(row: Row, pattern: string): string | undefined {
  const columns = columnsOf(pattern);
  if (columns.length > 0 && columns.every((column) => cellOf(row, column) === '')) return undefined;
  return filled(pattern, row).trim();
}

/** An amount of money, with its sign. Throws VIV_ROW_INVALID. */
export function amountIn(
  row: Row,
  { amount, decimal }: { readonly amount: AmountValue; readonly decimal: string },
): number {
  const numberOf = (column: string) => numberFrom(cellOf(row, column), { column, decimal });
  return 'column' in amount ? numberOf(amount.column) : numberOf(amount.quantity) * numberOf(amount.price);
}

function numberFrom(text: string, { column, decimal }: { readonly column: string; readonly decimal: string }): number {
  const plain = decimal === '.' ? text : text.replace(',', '.');
  const isNumber = /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(plain) && (decimal === '.' || !text.includes('.'));
  if (!isNumber) throw wrongRow(`${column} is ${quoted(text)}, no number like 1234${decimal}5`);
  return Number(plain);
}

/** An instant. A time that clocks skipped counts as the one after the gap. Throws VIV_ROW_INVALID. */
export function instantIn(row: Row, { column, format, zone }: TimeValue): Instant {
  const text = cellOf(row, column);
  const time = format
    ? DateTime.fromFormat(text, format, { zone, locale: 'en-US' })
    : DateTime.fromISO(text, { zone, setZone: false });
  if (!time.isValid) throw wrongRow(`${column} is ${quoted(text)}, no time like ${format ?? '2026-03-01T09:30'}`);
  return time.toMillis();
}

/** Whether a row passes a test of one of its cells. */
export function passes(row: Row, test: RowTest): boolean {
  const cell = cellOf(row, test.column);
  if (test.startsWith !== undefined) return cell.startsWith(test.startsWith);
  return test.is === cell || (test.in?.includes(cell) ?? false);
}

const LONGEST_SHOWN = 60;

/** A cell inside a reason: in quotes, cut short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}
