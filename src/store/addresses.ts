import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json';
import { normalizeAddress } from '../domain/identity/address';
import { DEFAULT_IDENTITY, type IdentityRules } from '../domain/identity/rules';
import { type Db, Prisma, type Tx, transaction } from './db';

/** How a contact may be found by an address: as it is compared, and by what the rules make of it. */
export interface Spelling {
  readonly exact: string;
  readonly home: string;
}

/** Of an address as somebody wrote it; what is no address stands for itself, and nobody is found by it. */
export function spellingOf(email: string, identity: IdentityRules = DEFAULT_IDENTITY): Spelling {
  const address = normalizeAddress(email, identity);
  const exact = (address.type === 'valid' ? address.address : email.trim()).toLowerCase();
  return { exact, home: address.type === 'valid' ? address.key : exact };
}

/** The contact that is found by an address: whose it is, else who has its key. Undefined: nobody. */
export async function findByAddress(db: Db | Tx, email: string, identity?: IdentityRules): Promise<string | undefined> {
  if (email.includes('\0')) return undefined; // PostgreSQL text holds no NUL, so nobody has such an address
  const { exact, home } = spellingOf(email, identity);
  const [row] = await db.$queryRaw<{ id: string }[]>`
    SELECT contact_id AS id FROM contact_address WHERE key IN (${exact}, ${home}) ORDER BY key = ${exact} DESC LIMIT 1`;
  return row?.id;
}

/** The same of many addresses that were spelled before, as a condition on `id` of a contact. */
export const isFoundBy = (keys: readonly string[]): Prisma.Sql =>
  Prisma.sql`id = ANY(ARRAY(SELECT contact_id FROM contact_address WHERE key = ANY(${[...keys]}::text[])))`;

/** Whose the keys are, of contacts that the caller has locked: keys change under the lock of their contact alone. */
export async function ownersOf(
  tx: Db | Tx,
  { keys, contactIds }: { readonly keys: readonly string[]; readonly contactIds: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ key: string; contactId: string }[]>`
    SELECT key, contact_id AS "contactId" FROM contact_address
    WHERE key = ANY(${[...keys]}::text[]) AND contact_id = ANY(${[...contactIds]}::uuid[])`;
  return new Map(rows.map(({ key, contactId }) => [key, contactId]));
}

const PAGE = 1_000;

/**
 * Makes the keys of all contacts anew where the rules are others than those by which they were made; the oldest contact gets a key that
 * several would have, and the others stay as they are, and are listed as possible duplicates. Answers whether there was anything to do.
 */
export async function keepAddressKeys(db: Db, identity: IdentityRules): Promise<boolean> {
  const { plusTags, dots, domains } = identity;
  const fingerprint = createHash('sha256')
    .update(canonicalJson({ v: 1, plusTags, dots, domains }))
    .digest('hex');
  return transaction(db, async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('address_rules', 0))`; // two processes may start at once
    const [row] = await tx.$queryRaw<{ fingerprint: string }[]>`SELECT fingerprint FROM address_rules WHERE id = 1`;
    if (row?.fingerprint === fingerprint) return false;
    await tx.$executeRaw`DELETE FROM contact_address WHERE derived`;
    for (let after = NOBODY; ; ) {
      const page = await tx.$queryRaw<{ key: string; contactId: string; home: string }[]>`
        SELECT key, contact_id AS "contactId", home FROM contact_address WHERE NOT derived
          AND (contact_id, key) > (${after.contactId}::uuid, ${after.key}) ORDER BY contact_id, key LIMIT ${PAGE}`;
      await rekey(tx, page, identity);
      const last = page.at(-1);
      if (!last) break;
      after = last;
    }
    await tx.$executeRaw`
      INSERT INTO address_rules (id, fingerprint) VALUES (1, ${fingerprint})
      ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint`;
    return true;
  });
}

const NOBODY = { contactId: '00000000-0000-0000-0000-000000000000', key: '' };

interface Keyed {
  readonly key: string;
  readonly contactId: string;
  readonly home: string;
}

/** Ids grow with time, so the older contact comes first. */
async function rekey(tx: Tx, page: readonly Keyed[], identity: IdentityRules): Promise<void> {
  const all = page.map((row) => ({ ...row, was: row.home, home: spellingOf(row.key, identity).home }));
  const changed = all.filter(({ was, home }) => was !== home);
  if (changed.length > 0)
    await tx.$executeRaw`
      UPDATE contact_address a SET home = r.home
      FROM unnest(${changed.map(({ key }) => key)}::text[], ${changed.map(({ home }) => home)}::text[]) AS r(key, home)
      WHERE a.key = r.key`;
  const derived = all.filter(({ key, home }) => key !== home);
  if (derived.length > 0)
    await tx.$executeRaw`
      INSERT INTO contact_address (key, contact_id, home, derived)
      SELECT DISTINCT ON (r.key) r.key, r.contact_id, r.key, true
      FROM unnest(${derived.map(({ home }) => home)}::text[], ${derived.map(({ contactId }) => contactId)}::uuid[])
        WITH ORDINALITY AS r(key, contact_id, place) ORDER BY r.key, r.place
      ON CONFLICT (key) DO NOTHING`;
}
