import { addressHashSql } from './address-sql';
import { type Db, Prisma, type Tx, transaction } from './db';

/** What belongs to a contact, in the order that it is copied, and the column that names the contact. */
const TABLES = [
  { table: 'contact', by: 'id' },
  { table: 'contact_address', by: 'contact_id' },
  { table: 'consent', by: 'contact_id' },
  { table: 'consent_head', by: 'contact_id' },
  { table: 'lead', by: 'contact_id' },
  { table: 'client', by: 'contact_id' },
  { table: 'purchase', by: 'contact_id' },
  { table: 'interaction', by: 'contact_id' },
  { table: 'score_entry', by: 'contact_id' },
  { table: 'decision', by: 'contact_id' },
  { table: 'send', by: 'contact_id' },
] as const;

/** Tables that are copied whole: few rows, and needed by everyone. */
const WHOLE = ['sequence_version', 'template_version', 'rep', 'experiment'] as const;
/** Tables that number their rows, and the column that does. */
const SERIAL = [
  ['consent', 'seq'],
  ['interaction', 'seq'],
  ['score_entry', 'seq'],
  ['decision', 'seq'],
  ['suppression', 'id'],
] as const;
const BATCH = 500;

/**
 * Copies contacts with everything that decisions look at, published versions of sequences and templates, reps and winners of experiments from one database to
 * another, which a rehearsal then has for itself. Nothing is written to `from`. Copying again adds nothing.
 */
export async function copyContacts(from: Db, to: Db, contactIds: readonly string[]): Promise<void> {
  for (const table of WHOLE) await copyRows(from, to, { table, where: Prisma.sql`true` });
  for (let start = 0; start < contactIds.length; start += BATCH) {
    const ids = contactIds.slice(start, start + BATCH);
    for (const { table, by } of TABLES)
      await copyRows(from, to, { table, where: Prisma.sql`${Prisma.raw(by)} = ANY(${ids}::uuid[])` });
    await copyRows(from, to, {
      table: 'suppression',
      where: Prisma.sql`EXISTS (SELECT 1 FROM contact c WHERE c.id = ANY(${ids}::uuid[])
        AND (t.email = lower(c.email) OR t.hash = ${addressHashSql(from, Prisma.sql`lower(c.email)`)}))`,
    });
  }
  await transaction(to, async (tx) => {
    for (const [table, column] of SERIAL) await continueNumbers(tx, table, column);
  });
}

async function copyRows(from: Db, to: Db, o: { readonly table: string; readonly where: Prisma.Sql }): Promise<void> {
  const table = Prisma.raw(o.table); // one of the names above, never input
  const [row] = await from.$queryRaw<{ rows: string | null }[]>`
    SELECT json_agg(t)::text AS rows FROM ${table} t WHERE ${o.where}`;
  if (!row?.rows) return;
  await to.$executeRaw`
    INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, ${row.rows}::json) ON CONFLICT DO NOTHING`;
}

async function continueNumbers(tx: Tx, table: string, column: string): Promise<void> {
  const [name, number] = [Prisma.raw(table), Prisma.raw(column)]; // names from above, never input
  await tx.$queryRaw`
    SELECT setval(pg_get_serial_sequence(${table}, ${column}), greatest(max(${number}), 1))::text FROM ${name}`;
}
