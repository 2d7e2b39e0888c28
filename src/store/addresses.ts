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
 * Makes the keys of all contacts anew where the rules are others than those by which they were made, and those that were left for later in
 * any case. The oldest contact gets a key that several would have; the others stay as they are, and are listed as possible duplicates.
 * Answers whether the rules were others.
 */
export async function keepAddressKeys(db: Db, identity: IdentityRules): Promise<boolean> {
  const { plusTags, dots, domains } = identity;
  const fingerprint = createHash('sha256')
    .update(canonicalJson({ v: 1, plusTags, dots, domains }))
    .digest('hex');
  return transaction(db, async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('address_rules', 0))`; // two processes may start at once
    const [row] = await tx.$queryRaw<{ fingerprint: string }[]>`SELECT fingerprint FROM address_rules WHERE id = 1`;
    const isOther = row?.fingerprint !== fingerprint;
    if (isOther) {
      await tx.$executeRaw`DELETE FROM contact_address WHERE derived`;
      await tx.$executeRaw`UPDATE contact_address SET home = NULL WHERE home IS NOT NULL`;
      await tx.$executeRaw`
        INSERT INTO address_rules (id, fingerprint) VALUES (1, ${fingerprint})
        ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint`;
    }
    while ((await spell(tx, identity, Prisma.sql`true`)) > 0);
    return isOther;
  });
}

/** Makes the keys of contacts that were written without them, in a bulk or with a new address. Under their locks. */
export async function spellKeys(tx: Tx, identity: IdentityRules, contactIds: readonly string[]): Promise<void> {
  const ofThem = Prisma.sql`contact_id = ANY(${[...contactIds]}::uuid[])`;
  while ((await spell(tx, identity, ofThem)) > 0);
}

/** A contact has another address by now: it is found no more by the old one, which may be that of somebody else. Under its lock. */
export async function moveKeys(
  tx: Tx,
  identity: IdentityRules,
  { contactId, from }: { readonly contactId: string; readonly from: string },
): Promise<void> {
  const { exact, home } = spellingOf(from, identity);
  await tx.$executeRaw`
    DELETE FROM contact_address a WHERE contact_id = ${contactId}::uuid AND (key = ${exact} OR (key = ${home} AND derived))
      AND key <> (SELECT lower(email) FROM contact WHERE id = ${contactId}::uuid)`;
  await tx.$executeRaw`UPDATE contact_address SET home = NULL WHERE contact_id = ${contactId}::uuid AND NOT derived`;
  await spellKeys(tx, identity, [contactId]);
}

interface Unspelled {
  readonly key: string;
  readonly contactId: string;
}

/** A page of those that `which` picks. Ids grow with time, so the older contact comes first. Answers how many there were. */
async function spell(tx: Tx, identity: IdentityRules, which: Prisma.Sql): Promise<number> {
  const page = await tx.$queryRaw<Unspelled[]>`
    SELECT key, contact_id AS "contactId" FROM contact_address WHERE home IS NULL AND ${which} ORDER BY contact_id, key LIMIT ${PAGE}`;
  const all = page.map((row) => ({ ...row, home: spellingOf(row.key, identity).home }));
  if (all.length === 0) return 0;
  await tx.$executeRaw`
    UPDATE contact_address a SET home = r.home
    FROM unnest(${all.map(({ key }) => key)}::text[], ${all.map(({ home }) => home)}::text[]) AS r(key, home) WHERE a.key = r.key`;
  const derived = all.filter(({ key, home }) => key !== home);
  if (derived.length > 0)
    await tx.$executeRaw`
      INSERT INTO contact_address (key, contact_id, home, derived)
      SELECT DISTINCT ON (r.key) r.key, r.contact_id, r.key, true
      FROM unnest(${derived.map(({ home }) => home)}::text[], ${derived.map(({ contactId }) => contactId)}::uuid[])
        WITH ORDINALITY AS r(key, contact_id, place) ORDER BY r.key, r.place
      ON CONFLICT (key) DO NOTHING`;
  return all.length;
}
