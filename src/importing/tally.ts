import type { RejectFile } from './rejects';
import type { AnyRow } from './rows';
import type { RowProblem } from './walk';

/** Counts of an import so far. `read`, `rejected`, `leftOut` and `beyondLimit` are rows; the others leads or purchases. */
export interface ImportCounts {
  readonly read: number;
  readonly imported: number;
  /** They had been imported before. */
  readonly repeated: number;
  readonly rejected: number;
  /** By reason. */
  readonly leftOut: { readonly [reason: string]: number };
  readonly beyondLimit: number;
}

export interface ShownReject extends RowProblem {
  readonly line: number;
}

const MOST_SHOWN = 10;

/** Counts what becomes of rows, and keeps those that were rejected. */
export class Tally {
  #counts = { read: 0, imported: 0, repeated: 0, rejected: 0, beyondLimit: 0 };
  readonly #leftOut = new Map<string, number>();
  readonly #shown: ShownReject[] = [];

  constructor(
    private readonly rejects: RejectFile | undefined,
    private readonly onChange: ((counts: ImportCounts) => void) | undefined,
  ) {}

  count(what: 'read' | 'imported' | 'repeated'): void {
    this.#counts[what] += 1;
    this.onChange?.(this.counts());
  }

  /** A row that is not meant to be imported. */
  skip(step: { readonly type: 'left out'; readonly reason: string } | { readonly type: 'beyond limit' }): void {
    if (step.type === 'beyond limit') this.#counts.beyondLimit += 1;
    else this.#leftOut.set(step.reason, (this.#leftOut.get(step.reason) ?? 0) + 1);
  }

  reject({ line, original }: AnyRow, problem: RowProblem): void {
    this.#counts.rejected += 1;
    if (this.#shown.length < MOST_SHOWN) this.#shown.push({ line, ...problem });
    this.rejects?.add({ line, original, ...problem });
    this.onChange?.(this.counts());
  }

  counts(): ImportCounts {
    return { ...this.#counts, leftOut: Object.fromEntries(this.#leftOut) };
  }

  /** The first rejects, for a person to look at. */
  firstRejects(): readonly ShownReject[] {
    return this.#shown;
  }
}
