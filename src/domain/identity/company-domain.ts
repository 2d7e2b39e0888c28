import providers from 'email-providers/all.json';
import { normalizeAddress } from './address';
import type { IdentityRules } from './rules';

const FREE: ReadonlySet<string> = new Set(providers);

/** The domain of the company that an address belongs to; undefined: it is of a provider of free mail, or no address. */
export function companyDomain(email: string, rules: IdentityRules): string | undefined {
  const address = normalizeAddress(email, rules);
  if (address.type === 'refused') return undefined;
  const domain = rules.domains[address.domain]?.sameAs ?? address.domain;
  const { companies, notCompanies } = rules.organisations;
  if (companies.includes(domain)) return domain;
  return notCompanies.includes(domain) || FREE.has(domain) ? undefined : domain;
}
