import type { FieldChange } from '../domain/importing/merge';
import type { RowOutcome } from '../store/imports/record';
import type { RowProblem } from './walk';

/** Counts of an import so far. `read`, `rejected`, `leftOut` and `beyondLimit` are rows; the others what they are imported as. */
export interface ImportCounts {
  readonly read: number;
  readonly imported: number;
  /** They had been imported before, or say nothing new. */
  readonly repeated: number;
  readonly rejected: number;
  /** By reason. */
  readonly leftOut: { readonly [reason: string]: number };
  readonly beyondLimit: number;
  /** Rows that made a contact. */
  readonly created: number;
  /** Rows that changed one. */
  readonly updated: number;
  /** Rows about a contact that a row above was about; in an import that was broken off: since it goes on. */
  readonly merged: number;
  readonly opened: number;
  /** Changed values, by field. */
  readonly changed: { readonly [field: string]: number };
  /** New entries of the list. */
  readonly entries: number;
  readonly suppressed: number;
  readonly consented: number;
  /** Rejected rows by code and kind of reason. */
  readonly reasons: { readonly [reason: string]: number };
  /** Values that were left out of rows that were taken, by kind of reason. */
  readonly warnings: { readonly [reason: string]: number };
}

export interface ShownReject extends RowProblem {
  readonly line: number;
}

export interface ShownChange extends FieldChange {
  readonly line: number;
}

export const NOTHING: ImportCounts = {
  read: 0,
  imported: 0,
  repeated: 0,
  rejected: 0,
  leftOut: {},
  beyondLimit: 0,
  created: 0,
  updated: 0,
  merged: 0,
  opened: 0,
  changed: {},
  entries: 0,
  suppressed: 0,
  consented: 0,
  reasons: {},
  warnings: {},
};

const MOST_SHOWN = 10;
const MOST_PER_KIND = 3;
const MOST_KINDS = 50;
const OTHER = 'other reasons';

/**
 * What becomes of the rows of a file. The counts are stored with each batch, and say nothing of anybody; samples are for whoever looks on,
 * and are kept nowhere.
 */
export class Report {
  #counts: ImportCounts;
  readonly #rejects = new Map<string, ShownReject[]>();
  readonly #first: ShownReject[] = [];
  readonly #changes = new Map<string, ShownChange[]>();
  readonly #warnings = new Map<string, { readonly line: number }[]>();

  constructor(counts: Partial<ImportCounts> = {}) {
    this.#counts = { ...NOTHING, ...counts };
  }

  counts(): ImportCounts {
    return this.#counts;
  }

  /** Back to what they were: a batch is tried again. */
  reset(counts: ImportCounts): void {
    this.#counts = counts;
  }

  count(what: 'read' | 'imported' | 'repeated' | 'merged' | 'beyondLimit', by = 1): void {
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + by };
  }

  leaveOut(reason: string): void {
    this.#counts = { ...this.#counts, leftOut: plusOne(this.#counts.leftOut, reason) };
  }

  reject(line: number, problem: RowProblem): void {
    const kind = this.#kindOf(problem);
    this.#counts = {
      ...this.#counts,
      rejected: this.#counts.rejected + 1,
      reasons: plusOne(this.#counts.reasons, kind),
    };
    const shown = { line, ...problem };
    sampled(this.#rejects, kind, shown);
    if (this.#first.length < MOST_SHOWN && !this.#first.some((one) => one.line === line)) this.#first.push(shown);
  }

  /** Of a value that is left out of a row that is taken. */
  warn(line: number, text: string): void {
    const kind = this.#boundedKind(kindOf(text), this.#counts.warnings);
    this.#counts = { ...this.#counts, warnings: plusOne(this.#counts.warnings, kind) };
    sampled(this.#warnings, kind, { line });
  }

  /** Of a row that was recorded, or would be. */
  take(line: number, outcome: Exclude<RowOutcome, { error: unknown }>): void {
    if (!('changes' in outcome)) {
      this.count(outcome.outcome === 'repeated' ? 'repeated' : 'imported');
      return;
    }
    const { changes, entry, opened, bought = false } = outcome;
    const isNews = outcome.outcome !== 'unchanged' || entry !== undefined || opened || bought;
    const { created, updated, entries, suppressed, consented, opened: leads } = this.#counts;
    let { changed } = this.#counts;
    for (const change of changes) {
      changed = plusOne(changed, change.field);
      sampled(this.#changes, change.field, { line, ...change });
    }
    this.#counts = {
      ...this.#counts,
      created: created + Number(outcome.outcome === 'created'),
      updated: updated + Number(outcome.outcome === 'updated'),
      opened: leads + Number(opened),
      entries: entries + Number(entry !== undefined),
      suppressed: suppressed + Number(entry?.suppressed === true),
      consented: consented + Number(entry?.consented === true),
      changed,
    };
    this.count(isNews ? 'imported' : 'repeated');
  }

  /** The first rejects, for a person to look at. */
  firstRejects(): readonly ShownReject[] {
    return this.#first;
  }

  /** A few rejects of each kind of reason, the most frequent kind first. */
  rejectsByKind(): readonly {
    readonly reason: string;
    readonly count: number;
    readonly samples: readonly ShownReject[];
  }[] {
    return Object.entries(this.#counts.reasons)
      .toSorted(([, one], [, other]) => other - one)
      .map(([reason, count]) => ({ reason, count, samples: this.#rejects.get(reason) ?? [] }));
  }

  /** A few changes of each field. */
  changesByField(): readonly {
    readonly field: string;
    readonly count: number;
    readonly samples: readonly ShownChange[];
  }[] {
    return Object.entries(this.#counts.changed).map(([field, count]) => ({
      field,
      count,
      samples: this.#changes.get(field) ?? [],
    }));
  }

  /** Some lines of each kind of warning. */
  warningsByKind(): readonly { readonly reason: string; readonly count: number; readonly lines: readonly number[] }[] {
    return Object.entries(this.#counts.warnings).map(([reason, count]) => ({
      reason,
      count,
      lines: (this.#warnings.get(reason) ?? []).map(({ line }) => line),
    }));
  }

  #kindOf({ code, reason }: RowProblem): string {
    return this.#boundedKind(`${code}: ${kindOf(reason)}`, this.#counts.reasons);
  }

  #boundedKind(kind: string, known: { readonly [kind: string]: number }): string {
    return Object.hasOwn(known, kind) || Object.keys(known).length < MOST_KINDS ? kind : OTHER;
  }
}

/** A reason without what was in the row: the same for all rows with the same trouble, and safe to store. */
const kindOf = (reason: string): string =>
  reason
    .slice(0, 500) // what follows looks at it again and again
    .replace(/"(?:[^"\\]|\\.)*"/g, '…')
    .replace(/\S+@\S+/g, '…')
    .replace(/\d[\d.,:TZ-]*/g, '#')
    .slice(0, 200);

const plusOne = (counts: { readonly [name: string]: number }, name: string) => ({
  ...counts,
  [name]: (Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0) + 1,
});

function sampled<T extends { readonly line: number }>(samples: Map<string, T[]>, kind: string, one: T): void {
  const known = samples.get(kind) ?? [];
  if (known.length < MOST_PER_KIND && !known.some(({ line }) => line === one.line)) samples.set(kind, [...known, one]);
}
