import { domainToASCII } from 'node:url';
import { type AuthenticationResults, authenticationResultsIn, type MethodResult } from './authentication-results';
import type { InboundMessage } from './message';

/**
 * Whether a mail is from whom its header From names. `proven`: DMARC, or SPF or DKIM of that very domain, passed. `contradicted`: DMARC
 * failed, and the domain asks that such mail be turned away. `unproven`: neither is known.
 */
export type SenderVerdict = 'proven' | 'unproven' | 'contradicted';

/** What was found out about who wrote. */
export interface Authenticity {
  readonly verdict: SenderVerdict;
  /** For people. */
  readonly reason: string;
  /** As the server that looked wrote it; empty: nobody looked whom we believe. */
  readonly evidence: string;
}

/** Nobody looked, or what was found out cannot be used. */
export const unproven = (reason: string, evidence = ''): Authenticity => ({ verdict: 'unproven', reason, evidence });

/**
 * What the topmost Authentication-Results of a trusted server say. All others, whatever they are, could have been written by whoever
 * wrote the mail; and where the topmost cannot be read, those below it are not looked at. RFC 8601 §5, §7.1.
 */
export function authenticityIn(message: InboundMessage, trustedServers: readonly string[]): Authenticity {
  if (trustedServers.length === 0) return unproven('no server is trusted to have looked');
  const trusted = trustedServers.map((server) => server.toLowerCase());
  for (const value of message.headers.get('authentication-results') ?? []) {
    const read = authenticationResultsIn(value);
    const evidence = value.slice(0, MOST_EVIDENCE);
    if (read && trusted.includes(read.server)) return authenticityOf(message, read, evidence);
    if (!read && trusted.some((server) => value.toLowerCase().includes(server)))
      return unproven('what a trusted server wrote cannot be read', evidence);
  }
  return unproven('no trusted server says that it looked');
}

const MOST_EVIDENCE = 2_000;

/** What results mean for who wrote a message. `evidence`: as they were written. */
export function authenticityOf(
  message: InboundMessage,
  { results }: Pick<AuthenticationResults, 'results'>,
  evidence: string,
): Authenticity {
  const domain = authorDomain(message);
  if (domain === undefined) return unproven('it names no author, or several', evidence);
  const dmarc = results.find(({ method, result }) => method === 'dmarc' && result === 'fail');
  if (dmarc && concerns(dmarc, domain)) return failedBy(dmarc, domain, evidence);
  const proof = results.find((one) => one.result === 'pass' && concerns(one, domain));
  if (proof) return { verdict: 'proven', reason: `${proof.method.toUpperCase()} passed for ${domain}`, evidence };
  return unproven(`neither SPF nor DKIM nor DMARC proves that it is from ${domain}`, evidence);
}

/** Of the one author; undefined: none or several, of which servers would look at any. */
function authorDomain({ headers, authors }: InboundMessage): string | undefined {
  const [author = '', ...others] = authors;
  if (others.length > 0 || (headers.get('from') ?? []).length > 1) return undefined;
  return domainOf(author) || undefined;
}

/** A@Exämple → xn--exmple-cua, in lower case; empty: none. */
const domainOf = (address: string): string => domainToASCII(address.slice(address.lastIndexOf('@') + 1).toLowerCase());

/** Where each method says of whom it speaks. RFC 8601 §2.7, RFC 7489 §11.1. */
const SUBJECTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['dmarc', ['header.from']],
  ['dkim', ['header.d', 'header.i']],
  ['spf', ['smtp.mailfrom']],
]);

function subjectOf({ method, properties }: MethodResult): string | undefined {
  const found = SUBJECTS.get(method)
    ?.map((name) => properties.get(name))
    .find((value) => value !== undefined);
  return found === undefined ? undefined : domainOf(found);
}

/** A result is of the author where it speaks of the domain in From, or of one above it. */
function concerns(result: MethodResult, domain: string): boolean {
  const subject = subjectOf(result) ?? '';
  return domain === subject || (subject.includes('.') && domain.endsWith(`.${subject}`));
}

/** A domain whose policy is `none` asks that nothing follow from it: many of its own mails fail. RFC 7489 §6.3. */
function failedBy({ comment, properties }: MethodResult, domain: string, evidence: string): Authenticity {
  const policy = properties.get('policy.published-domain-policy') ?? '';
  if (/\bp=none\b/i.test(comment) || policy.toLowerCase() === 'none')
    return unproven(`DMARC failed, of which ${domain} wants nothing to follow`, evidence);
  return { verdict: 'contradicted', reason: `DMARC failed: it is not from ${domain}`, evidence };
}
