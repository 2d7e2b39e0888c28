import type { DKIMVerifyResult, DMARCResult, SPFResult } from 'mailauth';
import type { MethodResult } from '../../domain/inbound/authentication-results';
import { type Authenticity, authenticityOf, unproven } from '../../domain/inbound/authenticity';
import type { InboundMessage } from '../../domain/inbound/message';
import { onOneLine } from '../../domain/inbound/report';
import { inTime } from '../in-time';

/** Asks the DNS. Fails with ENOTFOUND or ENODATA where there is nothing. */
export type Resolve = (name: string, type: string) => Promise<string[][] | string[]>;

/** A message, and who brought it to our own port. */
export interface Brought {
  readonly source: Buffer;
  readonly message: InboundMessage;
  readonly ip: string;
  /** As the client called itself. */
  readonly helo: string;
  /** MAIL FROM; empty: the null sender. */
  readonly from: string;
}

export interface SenderChecks {
  readonly resolve: Resolve;
  /** How we call ourselves. */
  readonly server: string;
  /** For all checks together (ms): whoever brings the mail waits meanwhile. */
  readonly patienceMs: number;
}

/** More are not looked at: each costs a question to the DNS, and work with keys. */
const MOST_SIGNATURES = 10;

/**
 * Looks by SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) whether a message is from whom it says. Never throws: what cannot be found
 * out, or not in time, proves nothing.
 */
export async function checkSender(checks: SenderChecks, brought: Brought): Promise<Authenticity> {
  try {
    return await inTime(checked(checks, brought), checks.patienceMs, () => unproven('its checks took too long'));
  } catch (error) {
    return unproven(`its checks failed: ${onOneLine(error instanceof Error ? error.message : String(error))}`);
  }
}

async function checked({ resolve: resolver, server }: SenderChecks, brought: Brought): Promise<Authenticity> {
  const { source, message, ip, helo, from } = brought;
  if ((message.headers.get('dkim-signature') ?? []).length > MOST_SIGNATURES)
    return unproven(`it has more than ${MOST_SIGNATURES} signatures`);
  const { spf, dkimVerify, dmarc } = judges();
  const [path, signed] = await Promise.all([
    spf({ sender: from, ip, helo: helo || 'unknown', mta: server, resolver }),
    dkimVerify(source, { sender: from, resolver }),
  ]);
  const passed = signed.results.filter(isWhole);
  const policy = await dmarc({
    headerFrom: [message.from],
    spfDomains: path.status.result === 'pass' ? [path.domain] : [],
    dkimDomains: passed.map(({ signingDomain: domain }) => ({ domain })),
    resolver,
  });
  const found = [path, ...signed.results, ...(policy ? [policy] : [])];
  const evidence = onOneLine([server, ...found.map(({ info }) => info)].join('; '));
  return authenticityOf(message, { results: resultsOf(path, passed, policy) }, evidence);
}

/** Loaded when first needed: processes without a port of their own never are. */
function judges() {
  const { spf } = require('mailauth/lib/spf') as typeof import('mailauth/lib/spf');
  const { dkimVerify } = require('mailauth/lib/dkim/verify') as typeof import('mailauth/lib/dkim/verify');
  const { dmarc } = require('mailauth/lib/dmarc') as typeof import('mailauth/lib/dmarc');
  return { spf, dkimVerify, dmarc }; // the casts name what is required
}

type Signature = DKIMVerifyResult['results'][number];

/** A signature over the beginning of a body alone says nothing of what stands behind it. RFC 6376 §8.2. */
const isWhole = ({ status }: Signature): boolean => status.result === 'pass' && !status.underSized;

function resultsOf(
  path: SPFResult,
  passed: readonly Signature[],
  policy: DMARCResult | false,
): readonly MethodResult[] {
  const result = (
    method: string,
    { is, of, comment = '' }: { is: string; of: [string, string]; comment?: string },
  ) => ({
    method,
    result: is,
    properties: new Map([of]),
    comment,
  });
  return [
    result('spf', { is: path.status.result, of: ['smtp.mailfrom', path.domain] }),
    ...passed.map(({ signingDomain }) => result('dkim', { is: 'pass', of: ['header.d', signingDomain] })),
    ...(policy
      ? [
          result('dmarc', {
            is: policy.status.result,
            of: ['header.from', policy.domain],
            comment: `p=${policy.policy}`,
          }),
        ]
      : []),
  ];
}
