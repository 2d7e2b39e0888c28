import { Client } from 'pg';

export const CONTACTS = 1_000_000;
const ORGANISATIONS = 50_000;
const INTERACTIONS = 5_000_000;
/** When the bench happens: everything generated lies in the two years before. */
export const NOW = Date.UTC(2026, 2, 2, 9);
const SPAN_MS = 730 * 86_400_000;

/** A number from 0 to `below` - 1 that looks like chance and is the same in every run. */
const chance = (row: string, salt: number, below: number) => `(abs(hashint8extended(${row}, ${salt}) % ${below}))`;
const oneOf = (index: string, values: readonly string[]) =>
  `(ARRAY[${values.map((value) => `'${value}'`).join(', ')}])[1 + ${index}]`;
/** Ids in the order of rows, as UUIDv7 gives them. */
const id = (row: string, kind: number) =>
  `(lpad(to_hex(1700000000000 + ${row} * 10), 12, '0') || '7' || lpad(to_hex(${kind}), 3, '0') || '8' ||
    lpad(to_hex(${chance(row, kind, 1_000_000_000)}), 15, '0'))::uuid`;
const at = (row: string, salt: number) =>
  `date_trunc('milliseconds', to_timestamp(${NOW / 1000} - ${SPAN_MS / 1000} * (${chance(row, salt, 1_000_000)} / 1e6)))`;

const ORGANISATION = `INSERT INTO organisation (id, domain, name, sector, size, country, created_at)
  SELECT ${id('g', 1)}, 'o' || g || '.example', 'Organisation ' || g,
    ${oneOf(chance('g', 11, 4), ['food', 'services', 'industry', 'school'])}, 1 + ${chance('g', 12, 500)},
    ${oneOf(chance('g', 13, 4), ['BR', 'PT', 'US', 'GB'])}, ${at('g', 14)}
  FROM generate_series(1, ${ORGANISATIONS}) AS g`;

const CONTACT = `INSERT INTO contact (id, email, name, time_zone, locale, attributes, tags, organisation_id, created_at)
  SELECT ${id('g', 2)}, 'c' || g || '@example.com', 'Contact ' || g,
    ${oneOf(chance('g', 21, 3), ['America/Sao_Paulo', 'Europe/Lisbon', 'America/New_York'])}, 'pt-BR',
    jsonb_build_object('country', ${oneOf(chance('g', 22, 4), ['BR', 'PT', 'US', 'GB'])}, 'companySize', ${chance('g', 23, 200)},
      'role', ${oneOf(chance('g', 24, 4), ['director', 'manager', 'specialist', 'student'])},
      'born', to_char(DATE '1960-01-01' + ${chance('g', 25, 15_000)}::int, 'YYYY-MM-DD')),
    CASE ${chance('g', 26, 10)} WHEN 0 THEN '{do-not-call}' WHEN 1 THEN '{vip}' WHEN 2 THEN '{fair-2025,vip}' ELSE '{}' END::text[],
    CASE WHEN ${chance('g', 27, 10)} < 6 THEN ${id(`(1 + ${chance('g', 28, ORGANISATIONS)})`, 1)} END, ${at('g', 29)}
  FROM generate_series(1, ${CONTACTS}) AS g`;

/** Nine contacts of ten have a lead, one of ten a second one. */
const lead = (offer: string, isOwner: string, kind: number) => `
  INSERT INTO lead (id, contact_id, offer, source, stage, temperature, grade, interest, interest_at, created_at)
  SELECT ${id('g', kind)}, ${id('g', 2)}, '${offer}', 'web',
    ${oneOf(chance('g', 31 + kind, 8), ['new', 'new', 'nurturing', 'nurturing', 'nurturing', 'mql', 'won', 'lost'])}, 'cold',
    ${oneOf(chance('g', 32 + kind, 4), ['A', 'B', 'C', 'D'])}, ${chance('g', 33 + kind, 100)}, ${at('g', 34 + kind)}, ${at('g', 35 + kind)}
  FROM generate_series(1, ${CONTACTS}) AS g WHERE ${isOwner}`;

const CLIENT = `INSERT INTO client (contact_id, status, status_at, first_purchase_at, last_purchase_at, purchases, revenue)
  SELECT ${id('g', 2)}, ${oneOf(chance('g', 41, 3), ['active', 'pre_inactive', 'inactive'])}, ${at('g', 42)}, ${at('g', 43)}, ${at('g', 44)},
    1 + ${chance('g', 45, 20)}, ${chance('g', 46, 100_000)}
  FROM generate_series(1, ${CONTACTS}) AS g WHERE ${chance('g', 47, 5)} = 0`;

/** A fifth of the contacts does nearly half of it all. */
const INTERACTION = `INSERT INTO interaction (id, contact_id, type, at, properties, idempotency_key)
  SELECT ${id('g', 5)}, ${id('c', 2)}, type, ${at('g', 53)},
    CASE type WHEN 'order.placed' THEN jsonb_build_object('total', ${chance('g', 54, 500)}) ELSE '{}' END, 'bench-' || g
  FROM (SELECT g, 1 + ${chance('g', 51, CONTACTS)} / CASE WHEN g % 3 = 0 THEN 5 ELSE 1 END AS c,
      ${oneOf(chance('g', 52, 20), [
        ...Array<string>(10).fill('page.seen'),
        ...Array<string>(6).fill('mail.accepted'),
        ...Array<string>(2).fill('mail.clicked'),
        'form.submitted',
        'order.placed',
      ])} AS type
    FROM generate_series(1::bigint, ${INTERACTIONS}) AS g) AS event`;

const TABLES = ['organisation', 'contact', 'lead', 'client', 'interaction'] as const;

/** Fills an empty database: the same rows in every run. Indexes are built when all rows are there, which is far quicker. */
export async function populate(url: string): Promise<{ readonly interactions: number }> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off");
    const indexes = await dropIndexes(client);
    for (const statement of [
      ORGANISATION,
      CONTACT,
      lead('course', `${chance('g', 61, 10)} < 9`, 3),
      lead('book', `${chance('g', 62, 10)} = 0`, 4),
      CLIENT,
      INTERACTION,
      ...indexes,
    ])
      await client.query(statement);
    await client.query(`VACUUM (ANALYZE) ${TABLES.join(', ')}`); // autovacuum would, in time
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
  return { interactions: INTERACTIONS };
}

/** Answers the statements that make them again. */
async function dropIndexes(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
     WHERE i.indrelid = ANY($1::text[]::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)`,
    [TABLES],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}
