import { COMING_IN } from './coming-in';
import type { TableEntry } from './entry';
import { IDENTITY } from './identity';
import { JOURNEYS } from './journeys';
import { PEOPLE } from './people';
import { SYSTEM } from './system';

export type { Belonging, Blank, ColumnClass, OnErasure, TableEntry } from './entry';
export { COLUMN_CLASSES } from './entry';
export { FOREIGN } from './system';

/**
 * Every table of the database with every column, in the order in which erasure goes through them: rows that are found through others
 * come before those. A new table or column fails test/store/privacy.test.ts until it stands here (GDPR art. 30, LGPD art. 37).
 */
export const INVENTORY: readonly TableEntry[] = [...JOURNEYS, ...IDENTITY, ...COMING_IN, ...PEOPLE, ...SYSTEM];

/** The entry of a table; undefined: it is one of FOREIGN, or new. */
export const entryOf = (table: string): TableEntry | undefined => INVENTORY.find((one) => one.table === table);

/** What is wrong with the inventory by itself: a column that is set or withheld and not there, a way through a table that is not. */
export function inventoryProblems(inventory: readonly TableEntry[] = INVENTORY): readonly string[] {
  return inventory.flatMap((one, index) => {
    const { table, belongs, erasure, withheld, columns } = one;
    const named = [
      ...belongs.map(({ column }) => column),
      ...withheld,
      ...(erasure.how === 'anonymise' ? Object.keys(erasure.set) : []),
    ];
    const unknown = named.filter((column) => columns[column] === undefined);
    const wrongWay = belongs.flatMap(({ of }) =>
      typeof of === 'object' && 'table' in of && !inventory.slice(index + 1).some((later) => later.table === of.table)
        ? [`${table} is found through ${of.table}, which does not come after it`]
        : [],
    );
    const stays = erasure.how === 'none' && belongs.length > 0 ? [`${table} is somebody's and is not erased`] : [];
    return [...unknown.map((column) => `${table} has no column ${column}`), ...wrongWay, ...stays];
  });
}
