import { type Belonging, type Blank, entryOf, type TableEntry } from '../domain/privacy/inventory';
import { Prisma, type Tx } from './db';

/** Whose rows are meant. */
export interface Person {
  readonly contactId: string;
  /** Ids of contacts that were merged into this one. */
  readonly formerIds: readonly string[];
  /** In lower case. */
  readonly addresses: readonly string[];
}

/** A name from the inventory or from PostgreSQL's catalogue, never input. */
export const nameSql = (name: string): Prisma.Sql =>
  Prisma.raw(
    name
      .split('.')
      .map((part) => `"${part.replaceAll('"', '""')}"`)
      .join('.'),
  );

/** Whether a row of the table is the person's. `forThem`: only what is handed out to them. */
export function belongsSql(
  { table, belongs }: TableEntry,
  person: Person,
  { forThem = false }: { readonly forThem?: boolean } = {},
): Prisma.Sql {
  const ways = belongs.filter(({ isForOthers = false }) => !(forThem && isForOthers));
  if (ways.length === 0) throw new TypeError(`no row of ${table} is somebody's`);
  return Prisma.sql`(${Prisma.join(
    ways.map((way) => wayOf(way, person)),
    ' OR ',
  )})`;
}

function wayOf({ column, of }: Belonging, person: Person): Prisma.Sql {
  const name = nameSql(column);
  if (of === 'contact') return Prisma.sql`${name} = ANY(${[person.contactId, ...person.formerIds]}::uuid[])`;
  if (of === 'address') return Prisma.sql`lower(${name}) = ANY(${[...person.addresses]}::text[])`;
  if ('addressAt' in of)
    return Prisma.sql`lower(${name} #>> ${[...of.addressAt]}::text[]) = ANY(${[...person.addresses]}::text[])`;
  const parent = entryOf(of.table);
  if (!parent) throw new TypeError(`the inventory has no table ${of.table}`);
  return Prisma.sql`${name} IN (SELECT ${nameSql(of.key)} FROM ${nameSql(of.table)} WHERE ${belongsSql(parent, person)})`;
}

/** What a blanked column becomes, and whether it is something else yet. */
function blankSql(
  column: string,
  blank: Blank,
  standIn: string,
): { readonly to: Prisma.Sql; readonly isOther: Prisma.Sql } {
  const name = nameSql(column);
  const fixed = (to: Prisma.Sql) => ({ to, isOther: Prisma.sql`${name} IS DISTINCT FROM ${to}` });
  switch (blank) {
    case 'null':
      return fixed(Prisma.sql`NULL`);
    case 'empty':
      return fixed(Prisma.sql`''`);
    case 'emptyObject':
      return fixed(Prisma.sql`'{}'::jsonb`);
    case 'erased':
      return fixed(Prisma.sql`'erased'`);
    case 'unique':
      return fixed(Prisma.sql`('erased:' || id)`);
    case 'standIn':
      return fixed(Prisma.sql`${standIn}::uuid`);
    case 'closedStage':
      return fixed(Prisma.sql`(CASE WHEN stage IN ('won', 'lost') THEN stage ELSE 'lost' END)`);
    case 'endedTurn':
      return fixed(ENDED_TURN);
    default:
      throw new TypeError(`unknown blank ${JSON.stringify(blank satisfies never)}`);
  }
}

/** As src/store/journeys.ts keeps the turn of a journey that has ended, and nothing of its way. */
const ENDED_TURN = Prisma.sql`jsonb_build_object(
  'state', '{"v":1,"place":{"type":"ended"},"visits":{},"seen":{"horizon":0,"used":[]}}'::jsonb,
  'move', jsonb_build_object('type', 'end', 'outcome', coalesce(outcome, 'erased')), 'waitsFor', '[]'::jsonb)`;

export interface Batch {
  readonly entry: TableEntry;
  /** Which rows. */
  readonly where: Prisma.Sql;
  /** Takes the place of a contact's id. */
  readonly standIn: string;
  readonly limit: number;
}

/** Deletes or anonymises some of the rows, as the inventory says; answers how many: fewer than `limit` when none is left. */
export async function eraseBatch(tx: Tx, { entry, where, standIn, limit }: Batch): Promise<number> {
  const table = nameSql(entry.table);
  const { erasure } = entry;
  if (erasure.how === 'delete')
    return tx.$executeRaw`
      DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${where} LIMIT ${limit}))`;
  if (erasure.how !== 'anonymise') throw new TypeError(`${entry.table} is erased by a rule of its own`);
  const blanks = Object.entries(erasure.set).map(([column, blank]) => ({
    column,
    ...blankSql(column, blank, standIn),
  }));
  const set = Prisma.join(blanks.map(({ column, to }) => Prisma.sql`${nameSql(column)} = ${to}`));
  const isOther = Prisma.join(
    blanks.map((blank) => blank.isOther),
    ' OR ',
  );
  return tx.$executeRaw`
    UPDATE ${table} SET ${set}
    WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${where} AND (${isOther}) LIMIT ${limit}))`;
}

/** How many rows of the table are the person's. */
export async function countOf(tx: Pick<Tx, '$queryRaw'>, entry: TableEntry, person: Person): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM ${nameSql(entry.table)} WHERE ${belongsSql(entry, person)}`;
  return row?.count ?? 0;
}
