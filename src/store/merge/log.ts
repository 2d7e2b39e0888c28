import type { Json } from '../../domain/ids';
import { Prisma, type Tx } from '../db';
import type { MovedTable } from './tables';

/** One merge, while it is made. */
export interface Merging {
  readonly mergeId: string;
  /** Who stays. */
  readonly contactId: string;
  readonly mergedId: string;
}

type Keyed = Pick<MovedTable, 'table' | 'key' | 'type'>;

const raw = (name: string): Prisma.Sql => Prisma.raw(name); // names of ./tables and of this folder, never input

/** Writes down what a merge does, change by change, so that it can be taken back in the reverse order. */
export class MergeLog {
  private position = 0;
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly tx: Tx,
    private readonly merging: Merging,
  ) {}

  /** How many rows of which table were moved. */
  get moved(): { readonly [table: string]: number } {
    return Object.fromEntries(this.counts);
  }

  /** Lets rows name another contact, or lead. `where`: over alias `t`. */
  async move(
    { table, key }: Keyed,
    o: { readonly column: string; readonly from: string; readonly to: string; readonly where?: Prisma.Sql },
  ): Promise<number> {
    const { column, from, to, where = Prisma.sql`true` } = o;
    const [row] = await this.tx.$queryRaw<{ count: number }[]>`
      WITH moved AS (
        UPDATE ${raw(table)} t SET ${raw(column)} = ${to}::uuid WHERE t.${raw(column)} = ${from}::uuid AND ${where}
        RETURNING t.${raw(key)}::text AS key),
      logged AS (
        INSERT INTO contact_merge_row (merge_id, position, contact_id, table_name, action, keys, before, after)
        SELECT ${this.merging.mergeId}::uuid, ${this.next()}, ${this.merging.contactId}::uuid, ${table}, 'moved',
          array_agg(DISTINCT key), ${JSON.stringify({ column, id: from })}::jsonb, ${JSON.stringify({ id: to })}::jsonb
        FROM moved HAVING count(*) > 0)
      SELECT count(*)::int AS count FROM moved`;
    const count = row?.count ?? 0;
    if (column === 'contact_id' && count > 0) this.counts.set(table, (this.counts.get(table) ?? 0) + count);
    return count;
  }

  /** Keeps rows as they are, lets `work` change them, and keeps what became of them. `where`: over alias `t`. */
  async changing<T>({ table, key, type }: Keyed, where: Prisma.Sql, work: () => Promise<T>): Promise<T> {
    const position = this.next();
    const { mergeId, contactId } = this.merging;
    await this.tx.$executeRaw`
      INSERT INTO contact_merge_row (merge_id, position, contact_id, table_name, action, keys, before)
      SELECT ${mergeId}::uuid, ${position}, ${contactId}::uuid, ${table}, 'changed', array_agg(t.${raw(key)}::text),
        jsonb_object_agg(t.${raw(key)}::text, to_jsonb(t)) FROM ${raw(table)} t WHERE ${where} HAVING count(*) > 0`;
    const result = await work();
    await this.tx.$executeRaw`
      UPDATE contact_merge_row r SET after = (
        SELECT jsonb_object_agg(t.${raw(key)}::text, to_jsonb(t)) FROM ${raw(table)} t
        WHERE t.${raw(key)} = ANY(r.keys::${raw(type)}[]))
      WHERE r.merge_id = ${mergeId}::uuid AND r.position = ${position}`;
    return result;
  }

  /** Takes rows away, and keeps them. `where`: over alias `t`. */
  async remove({ table, key }: Keyed, where: Prisma.Sql): Promise<number> {
    const { mergeId, contactId } = this.merging;
    return this.tx.$executeRaw`
      WITH gone AS (DELETE FROM ${raw(table)} t WHERE ${where} RETURNING t.${raw(key)}::text AS key, to_jsonb(t) AS row)
      INSERT INTO contact_merge_row (merge_id, position, contact_id, table_name, action, keys, before)
      SELECT ${mergeId}::uuid, ${this.next()}, ${contactId}::uuid, ${table}, 'removed', array_agg(DISTINCT key), jsonb_agg(row)
      FROM gone HAVING count(*) > 0`;
  }

  /** Notes rows that the merge has made. */
  async added({
    table,
    keys,
    before = null,
  }: {
    readonly table: string;
    readonly keys: readonly string[];
    readonly before?: Json;
  }) {
    if (keys.length === 0) return;
    const { mergeId, contactId } = this.merging;
    await this.tx.$executeRaw`
      INSERT INTO contact_merge_row (merge_id, position, contact_id, table_name, action, keys, before)
      VALUES (${mergeId}::uuid, ${this.next()}, ${contactId}::uuid, ${table}, 'added', ${[...keys]}::text[],
        ${JSON.stringify(before)}::jsonb)`;
  }

  private next(): number {
    this.position += 1;
    return this.position;
  }
}
