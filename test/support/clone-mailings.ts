import { keyOf, newId } from '../../src/domain/ids';
import { type Db, Prisma } from '../../src/store/db';
import type { Mailing } from './mailing';

/** A journey that stands at its first mail, for whoever carries it on by its id. */
export interface ClonedMailing {
  readonly journeyId: string;
  readonly sendId: string;
  readonly email: string;
  readonly purpose: string;
}

const TABLES = ['contact', 'lead', 'consent', 'journey', 'send'] as const;

/** Makes so many copies, each for a contact of its own: hundreds in the time of one. */
export type Cloner = (count: number) => Promise<readonly ClonedMailing[]>;

/** Copies a mailing as it stands now, whatever becomes of it. */
export async function clonerOf(db: Db, mailing: Mailing): Promise<Cloner> {
  const { contactId, leadId, journeyId, request } = mailing;
  const visit = [0, 1, 2].find((one) => keyOf(journeyId, request.stepId, one) === request.key);
  if (visit === undefined) throw new Error('the key of a send hangs on journey, step and visit');
  const { email, purpose } = await recipientOf(db, request.key);
  const tables: { readonly name: string; readonly columns: string; readonly text: string }[] = [];
  for (const name of TABLES)
    tables.push({ name, columns: await columnsOf(db, name), text: await rowsOf(db, name, mailing) });
  return async (count) => {
    const clones = Array.from({ length: count }, () => {
      const [contact, lead, journey] = [newId(), newId(), newId()];
      const sendId = keyOf(journey, request.stepId, visit);
      const address = `p${contact.replaceAll('-', '')}@clones.example`;
      const names = { [contactId]: contact, [leadId]: lead, [journeyId]: journey, [request.key]: sendId };
      return { names: { ...names, [email]: address }, clone: { journeyId: journey, sendId, email: address, purpose } };
    });
    for (const { name, columns, text } of tables) {
      const rows = clones.map(({ names }) =>
        Object.entries(names).reduce((row, [old, other]) => row.replaceAll(old, other), text),
      );
      const [table, named] = [Prisma.raw(name), Prisma.raw(columns)]; // of the list above, and of the schema
      await db.$executeRaw`
        INSERT INTO ${table} (${named}) SELECT ${named} FROM json_array_elements(${`[${rows.join(',')}]`}::json) AS list(rows),
          json_populate_recordset(NULL::${table}, list.rows)`;
    }
    return clones.map(({ clone }) => clone);
  };
}

async function recipientOf(db: Db, sendId: string): Promise<{ readonly email: string; readonly purpose: string }> {
  const { recipient, purpose } = await db.send.findUniqueOrThrow({ where: { id: sendId } });
  return { email: recipient, purpose };
}

/** All columns but the one that the database counts by itself. */
async function columnsOf(db: Db, table: string): Promise<string> {
  const [row] = await db.$queryRaw<{ names: string }[]>`
    SELECT string_agg(quote_ident(column_name), ', ') AS names FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = ${table} AND coalesce(column_default, '') NOT LIKE 'nextval%'`;
  return row?.names ?? '';
}

/** The rows of one mailing as JSON. */
async function rowsOf(db: Db, table: (typeof TABLES)[number], { contactId }: Mailing): Promise<string> {
  const by = Prisma.raw(table === 'contact' ? 'id' : 'contact_id');
  const [row] = await db.$queryRaw<{ rows: string }[]>`
    SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${Prisma.raw(table)} t WHERE ${by} = ${contactId}::uuid`;
  return row?.rows ?? '[]';
}
