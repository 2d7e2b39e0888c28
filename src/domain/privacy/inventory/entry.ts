/**
 * What a column tells of a person. `identity`: who they are; `contact`: how they are reached; `behaviour`: what they did, and what was
 * concluded from it; `evidence`: proofs of consent; `content`: what was written to them, by them or about them; `technical`: ids,
 * times, states and counts, which name nobody by themselves. GDPR art. 4(1), 30(1)(c).
 */
export const COLUMN_CLASSES = ['identity', 'contact', 'behaviour', 'evidence', 'content', 'technical'] as const;
export type ColumnClass = (typeof COLUMN_CLASSES)[number];

/** By which column the rows of a table belong to a person. */
export interface Belonging {
  readonly column: string;
  /**
   * What stands in the column: the contact's id, one of their addresses, JSON with one of their addresses under a path, or the id of a row
   * of another table of this inventory that belongs to them.
   */
  readonly of:
    | 'contact'
    | 'address'
    | { readonly addressAt: readonly string[] }
    | { readonly table: string; readonly key: string };
  /** Written for somebody else about them: it is erased, and not exported (GDPR art. 15(4)). */
  readonly isForOthers?: boolean;
}

/**
 * What a column of a row that stays is set to: nothing, an empty text, an empty object, the word `erased`, a text of its own that is
 * nobody's, a random id in place of the contact's (the same in all rows that stay, so that they still belong together), the stage
 * `lost` in place of an open one, or the end of a journey and nothing of its way.
 */
export type Blank = 'null' | 'empty' | 'emptyObject' | 'erased' | 'unique' | 'standIn' | 'closedStage' | 'endedTurn';

/** What erasure does with the rows of a person. */
export type OnErasure =
  | { readonly how: 'delete' }
  /** The row is counted (mails by template, leads by source, revenue), and says of nobody any more. */
  | { readonly how: 'anonymise'; readonly set: { readonly [column: string]: Blank } }
  /** A rule of its own, in code: `why` says which. */
  | { readonly how: 'own'; readonly why: string }
  /** No row of it is about a contact. */
  | { readonly how: 'none' };

/** One table: whose its rows are, what its columns tell, and what becomes of them. */
export interface TableEntry {
  readonly table: string;
  readonly belongs: readonly Belonging[];
  readonly erasure: OnErasure;
  /** Whether the rows of a person are handed out to them; what names nobody but us is left out. */
  readonly isExported: boolean;
  /** Columns that are not handed out: keys and leases, which would harm others. */
  readonly withheld: readonly string[];
  /** Where a mention of somebody in a row that is not theirs is left as it is, and why. Absent: it is replaced. */
  readonly mentionsStay?: string;
  readonly columns: { readonly [name: string]: ColumnClass };
}

export const CONTACT: Belonging = { column: 'contact_id', of: 'contact' };
export const through = (column: string, table: string, key = 'id'): Belonging => ({ column, of: { table, key } });

interface Written extends Partial<Omit<TableEntry, 'table' | 'columns'>> {
  /** Names of columns, separated by spaces. */
  readonly columns: { readonly [C in ColumnClass]?: string };
}

/** An entry; of a table that says no more no row is about a contact. */
export function entry(table: string, { columns, ...rest }: Written): TableEntry {
  const named = COLUMN_CLASSES.flatMap((kind) =>
    (columns[kind] ?? '')
      .split(' ')
      .filter((name) => name !== '')
      .map((name) => [name, kind] as const),
  );
  const whole: TableEntry = {
    table,
    belongs: [],
    erasure: { how: 'none' },
    isExported: false,
    withheld: [],
    columns: Object.fromEntries(named),
    ...rest,
  };
  return whole;
}
