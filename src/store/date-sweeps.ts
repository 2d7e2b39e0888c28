import { type LocalDate, plusDays, textsFor } from '../domain/entry/dates';
import type { DateEntry } from '../domain/entry/schema';
import { Prisma, type Tx } from './db';
import { type Clock, factColumn } from './fact-columns';

/**
 * The last day for which sweeps have entered everyone by their dates. The first sweep that asks begins with its own day, `today`, and
 * with what it leaves the next one goes on.
 */
export async function sweptThrough(tx: Tx, sequence: string, today: LocalDate): Promise<LocalDate> {
  const [row] = await tx.$queryRaw<{ through: LocalDate }[]>`
    INSERT INTO date_sweep (sequence, through) VALUES (${sequence}, ${plusDays(today, -1)})
    ON CONFLICT (sequence) DO UPDATE SET sequence = excluded.sequence RETURNING through`;
  return row?.through ?? today;
}

/** Notes that nobody who is due on this day, or before, is left to enter. */
export async function noteSwept(tx: Tx, sequence: string, through: LocalDate): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO date_sweep (sequence, through) VALUES (${sequence}, ${through})
    ON CONFLICT (sequence) DO UPDATE SET through = greatest(date_sweep.through, excluded.through)`;
}

/**
 * Whether the contact may be due on this day, over the aliases of `factSources`: dates are compared as text, because half of what
 * stands in attributes is no date, and a zone that PostgreSQL does not know would end the sweep. Some of them are not due after
 * all: `isDueOn` knows.
 */
export function mayBeDue(entry: DateEntry, { day, ...clock }: Clock & { readonly day: LocalDate }): Prisma.Sql {
  const { string, instant } = factColumn(entry.field, clock);
  const date = Prisma.sql`coalesce(left(${string}, 10), to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD'))`;
  const texts = textsFor(entry, day);
  return texts.type === 'dates'
    ? Prisma.sql`${date} = ANY(${[...texts.dates]}::text[])`
    : Prisma.sql`substr(${date}, 6) = ANY(${[...texts.days]}::text[])`;
}
