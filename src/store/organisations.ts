import { companyDomain } from '../domain/identity/company-domain';
import { DEFAULT_IDENTITY, type IdentityRules } from '../domain/identity/rules';
import { type Instant, newId } from '../domain/ids';
import type { Rules } from '../domain/rules';
import { Prisma, type Tx } from './db';

export interface OrganisationInput {
  /** Tells one organisation from another; in lower case. */
  readonly domain: string;
  readonly name?: string;
  readonly sector?: string;
  /** Number of people. */
  readonly size?: number;
  readonly country?: string;
}

/**
 * Lets a contact that belongs to none belong to the organisation of the domain of its address, if that is one of a company and the rules
 * want it. Under the contact's lock.
 */
export async function joinByDomain(
  tx: Tx,
  { identity = DEFAULT_IDENTITY }: Pick<Rules, 'identity'>,
  o: { readonly contactId: string; readonly at: Instant },
): Promise<void> {
  if (!identity.organisations.byDomain) return;
  const [contact] = await tx.$queryRaw<{ email: string }[]>`
    SELECT email FROM contact WHERE id = ${o.contactId}::uuid AND organisation_id IS NULL`;
  const domain = contact && companyDomain(contact.email, identity);
  if (domain !== undefined) await joinOrganisation(tx, { ...o, organisation: { domain } });
}

/** The domain of the organisation that somebody joins by their address; undefined: none, or the rules do not want it. */
export const domainToJoin = (email: string, identity: IdentityRules = DEFAULT_IDENTITY): string | undefined =>
  identity.organisations.byDomain ? companyDomain(email, identity) : undefined;

/** Puts the organisations of domains on record that are not there, in one statement. */
export async function putDomains(
  tx: Tx,
  wanted: readonly { readonly domain: string; readonly at: Instant }[],
): Promise<void> {
  const first = new Map<string, Instant>();
  for (const { domain, at } of wanted) first.set(domain, Math.min(at, first.get(domain) ?? at));
  if (first.size === 0) return;
  const rows = [...first].map(([domain, at]) => ({ id: newId(), domain, at: new Date(at).toISOString() }));
  await tx.$executeRaw`
    INSERT INTO organisation (id, domain, created_at)
    SELECT id, domain, at FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, domain text, at timestamptz) ORDER BY domain
    ON CONFLICT (domain) DO NOTHING`;
}

/** The same of many contacts, in three statements. */
export async function joinAllByDomain(
  tx: Tx,
  { identity = DEFAULT_IDENTITY }: Pick<Rules, 'identity'>,
  contacts: ReadonlyMap<string, Instant>,
): Promise<void> {
  if (!identity.organisations.byDomain || contacts.size === 0) return;
  const free = await tx.$queryRaw<{ id: string; email: string }[]>`
    SELECT id, email FROM contact WHERE id = ANY(${[...contacts.keys()]}::uuid[]) AND organisation_id IS NULL`;
  const rows = free.flatMap(({ id, email }) => {
    const domain = domainToJoin(email, identity);
    return domain === undefined ? [] : [{ contact: id, domain, at: contacts.get(id) ?? 0 }];
  });
  if (rows.length === 0) return;
  await putDomains(tx, rows);
  await tx.$executeRaw`
    UPDATE contact SET organisation_id = o.id
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(contact uuid, domain text) JOIN organisation o ON o.domain = r.domain
    WHERE contact.id = r.contact`;
}

/**
 * Puts an organisation on record, or brings the one of this domain up to date (fields that are absent stay), and lets the contact
 * belong to it and to no other. Under the contact's lock; the organisation is locked only when it changes.
 */
export async function joinOrganisation(
  tx: Tx,
  o: { readonly contactId: string; readonly organisation: OrganisationInput; readonly at: Instant },
): Promise<void> {
  const { domain, name = null, sector = null, size = null, country = null } = o.organisation;
  await tx.$executeRaw`
    INSERT INTO organisation (id, domain, name, sector, size, country, created_at)
    VALUES (${newId()}::uuid, ${domain}, ${name}, ${sector}, ${size}::int, ${country}, ${new Date(o.at)})
    ON CONFLICT (domain) DO NOTHING`;
  const given = Prisma.sql`(coalesce(${name}::text, name), coalesce(${sector}::text, sector), coalesce(${size}::int, size),
    coalesce(${country}::text, country))`;
  await tx.$executeRaw`
    UPDATE organisation SET (name, sector, size, country) = ${given}
    WHERE domain = ${domain} AND (name, sector, size, country) IS DISTINCT FROM ${given}`;
  await tx.$executeRaw`
    UPDATE contact SET organisation_id = (SELECT id FROM organisation WHERE domain = ${domain}) WHERE id = ${o.contactId}::uuid`;
}
