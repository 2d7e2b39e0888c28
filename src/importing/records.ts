const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** One record of a CSV file before its bytes are read as text. */
export interface CsvRecord {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  /** How many lines of the file it spans. */
  readonly lines: number;
  /** `too large`: more bytes than are taken; `unclosed`: the file ends inside a quoted field. */
  readonly type: 'whole' | 'too large' | 'unclosed';
  /** Without the line's end; of a record that is not whole, the first `SHOWN_BYTES`. */
  readonly bytes: Buffer;
}

/** Enough of a broken record for a person to find it. */
const SHOWN_BYTES = 1000;

export interface CsvLimits {
  /** One ASCII character. */
  readonly delimiter: string;
  readonly mostBytes: number;
}

/**
 * Cuts a CSV file (RFC 4180) into records, empty lines left out, with memory for one record of `mostBytes`. A quote opens a field
 * only at its beginning, so a stray one inside a text costs its own row alone. csv-parse can do neither: after a record that
 * exceeds its `max_record_size` it loses what else it had read.
 */
export async function* csvRecords(chunks: AsyncIterable<Buffer>, limits: CsvLimits): AsyncGenerator<CsvRecord> {
  const cutter = new Cutter(limits);
  for await (const chunk of chunks) yield* cutter.cut(chunk);
  yield* cutter.end();
}

/** Where the next byte stands: at the beginning of a field, inside a plain or quoted one, or behind a quote in a quoted one. */
type Place = 'field start' | 'plain' | 'quoted' | 'quote in quoted';

class Cutter {
  readonly #delimiter: number;
  readonly #mostBytes: number;
  #place: Place = 'field start';
  #line = 1;
  #startLine = 1;
  #kept: Buffer[] = [];
  #length = 0;

  constructor({ delimiter, mostBytes }: CsvLimits) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#mostBytes = mostBytes;
  }

  *cut(chunk: Buffer): Generator<CsvRecord> {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const isEnd = this.#step(chunk[at] ?? 0);
      if (!isEnd) continue;
      this.#keep(chunk.subarray(start, at));
      yield* this.#take();
      start = at + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  *end(): Generator<CsvRecord> {
    yield* this.#take();
  }

  /** Moves past one byte; true: it ends the record. */
  #step(byte: number): boolean {
    if (byte === LINE_FEED) this.#line += 1;
    if (this.#place === 'quoted') {
      if (byte === QUOTE) this.#place = 'quote in quoted';
      return false;
    }
    if (byte === LINE_FEED) return true;
    if (byte === this.#delimiter) this.#place = 'field start';
    else if (byte === QUOTE && this.#place !== 'plain') this.#place = 'quoted';
    else this.#place = 'plain';
    return false;
  }

  #keep(bytes: Buffer): void {
    const isFirstTooMany = this.#length <= this.#mostBytes;
    this.#length += bytes.length;
    if (this.#length <= this.#mostBytes) this.#kept.push(bytes);
    else if (isFirstTooMany) this.#kept = [shown([...this.#kept, bytes])];
  }

  *#take(): Generator<CsvRecord> {
    const record = this.#record();
    if (record.type !== 'whole' || record.bytes.length > 0) yield record;
    this.#place = 'field start';
    this.#startLine = this.#line;
    this.#kept = [];
    this.#length = 0;
  }

  #record(): CsvRecord {
    const line = this.#startLine;
    const lines = Math.max(1, this.#line - line);
    if (this.#place === 'quoted') return { line, lines, type: 'unclosed', bytes: shown(this.#kept) };
    if (this.#length > this.#mostBytes) return { line, lines, type: 'too large', bytes: shown(this.#kept) };
    return { line, lines, type: 'whole', bytes: withoutReturn(Buffer.concat(this.#kept)) };
  }
}

/** A copy: a slice would keep what it was cut from. */
const shown = (parts: readonly Buffer[]): Buffer => Buffer.from(Buffer.concat(parts).subarray(0, SHOWN_BYTES));

const withoutReturn = (bytes: Buffer): Buffer => (bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes);
