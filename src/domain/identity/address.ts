import { asciiDomain } from './domain-name';
import type { IdentityRules } from './rules';

/** An e-mail address as it is written to, and what tells its contact from others. */
export interface Address {
  readonly type: 'valid';
  /** Trimmed, its domain in ASCII and lower case, its mailbox in the case that the rules say; tags and dots as they were given. */
  readonly address: string;
  /** One contact has it: the address in lower case, without what its provider does not look at. */
  readonly key: string;
  /** Of `address`. */
  readonly domain: string;
}

export interface Refused<C extends string> {
  readonly type: 'refused';
  readonly code: C;
  /** What is wrong, in words that go on after a colon. */
  readonly problem: string;
}

type Refusal = Refused<'VIV_ADDRESS_INVALID'>;

/** RFC 5321 §4.5.3.1: the mailbox, and a path without its angle brackets; in octets, and all is ASCII here. */
const LONGEST_LOCAL = 64;
const LONGEST = 254;
/** RFC 5322 §3.2.3: what stands between the dots. Quoted mailboxes are refused: hardly anybody has one, and forms are attacked with them. */
const ATOMS = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** One spelling of an address for all of its spellings. It goes by the rules alone: the same address and rules give the same. */
export function normalizeAddress(raw: string, rules: IdentityRules): Address | Refusal {
  const text = raw.trim();
  const at = text.lastIndexOf('@');
  if (at < 0) return refused('it has no @');
  const local = text.slice(0, at);
  const problem = localProblem(local);
  if (problem !== undefined) return refused(problem);
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === undefined) return refused('behind the @ stands no domain like viva.example');
  if (local.length + 1 + domain.length > LONGEST) return refused(`it is longer than ${LONGEST} letters`);
  const written = rules.localCase === 'lower' ? local.toLowerCase() : local;
  return {
    type: 'valid',
    address: `${written}@${domain}`,
    key: keyOfMailbox(local.toLowerCase(), domain, rules),
    domain,
  };
}

function localProblem(local: string): string | undefined {
  if (local === '') return 'nothing stands before the @';
  if (local.length > LONGEST_LOCAL) return `more than ${LONGEST_LOCAL} letters stand before the @`;
  if (!ATOMS.test(local))
    return 'before the @ may stand letters from a to z, digits, signs like + and _, and single dots';
  return undefined;
}

function keyOfMailbox(local: string, domain: string, rules: IdentityRules): string {
  const own = rules.domains[domain];
  const home = own?.sameAs ?? domain;
  const { plusTags, dots } = { plusTags: rules.plusTags, dots: rules.dots, ...rules.domains[home], ...own };
  const untagged = plusTags === 'drop' ? (/^[^+]+(?=\+)/.exec(local)?.[0] ?? local) : local;
  return `${dots === 'drop' ? untagged.replaceAll('.', '') : untagged}@${home}`;
}

const refused = (problem: string): Refusal => ({ type: 'refused', code: 'VIV_ADDRESS_INVALID', problem });
