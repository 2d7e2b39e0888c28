import { durationText } from '../calendar/duration';
import type { Instant } from '../ids';
import { networkOf } from './networks';
import type { EngagementRules } from './rules';

/** One request for something that stands in a mail, as the server sees it. */
export interface Request {
  readonly method: string;
  /** By which the program calls itself; empty: it does not. */
  readonly program: string;
  readonly address: string;
  /** What it says it is for: Sec-Purpose, Purpose, X-Purpose, X-Moz. */
  readonly purposes: readonly string[];
  readonly at: Instant;
}

/** How the mail stands that the request belongs to. */
export interface MailOfRequest {
  readonly status: string;
  /** When the mail server took it; null: nobody knows. */
  readonly acceptedAt: Instant | null;
}

/** Why a click is no person's, as far as one can tell from it alone; undefined: it may be. */
export function machineOf(
  { machines }: EngagementRules,
  request: Request,
  mail: MailOfRequest | null,
): string | undefined {
  const { method, program, purposes, at } = request;
  if (method !== 'GET') return `${method} follows no link`;
  const ahead = purposes.find((purpose) => /prefetch|preview|prerender/i.test(purpose));
  if (ahead !== undefined) return 'fetched ahead of any click';
  if (program.trim() === '') return 'a program that does not say what it is';
  return named(machines, request) ?? tooSoon(machines, { mail, at });
}

function named(
  { programs, networks }: { readonly programs: readonly string[]; readonly networks: readonly string[] },
  { program, address }: Pick<Request, 'program' | 'address'>,
): string | undefined {
  const small = program.toLowerCase();
  const name = programs.find((part) => small.includes(part));
  if (name !== undefined) return `a program that calls itself ${name}`;
  const network = networkOf(address, networks);
  return network === undefined ? undefined : `from the network ${network}`;
}

function tooSoon(
  { soonerThan }: EngagementRules['machines'],
  { mail, at }: { readonly mail: MailOfRequest | null; readonly at: Instant },
): string | undefined {
  if (mail?.status === 'claimed' || mail?.status === 'dispatching') return 'before the mail server had taken the mail';
  if (mail?.status !== 'accepted' || mail.acceptedAt === null || at - mail.acceptedAt >= soonerThan) return undefined;
  return `sooner than ${durationText(soonerThan)} after the mail server had taken the mail`;
}

/**
 * Why loading the picture of a mail does not mean that somebody has opened it; undefined: it may. Apple's mail programs load all
 * pictures through a proxy that calls itself `Mozilla/5.0` and no more.
 */
export function proxyOf(rules: EngagementRules, request: Request, mail: MailOfRequest | null): string | undefined {
  const { proxies, networks } = rules.opens;
  if (request.program.trim() === 'Mozilla/5.0') return 'a privacy proxy';
  const proxy = named({ programs: proxies, networks }, request);
  return proxy === undefined ? machineOf(rules, request, mail) : `a privacy proxy: ${proxy}`;
}

/** One click that waits for its judgement, or that of the trap. */
export interface Hit {
  readonly id: string;
  /** Null: the trap. */
  readonly linkId: string | null;
  readonly at: Instant;
}

/** Why clicks of one mail are no person's, seen together; those that may be are left out. */
export function burstsIn({ machines }: EngagementRules, hits: readonly Hit[]): ReadonlyMap<string, string> {
  const { burst, holdFor } = machines;
  const found = new Map<string, string>();
  for (const hit of hits) {
    const near = (within: number) => hits.filter(({ at }) => Math.abs(at - hit.at) <= within);
    const links = new Set(near(burst.within).flatMap(({ linkId }) => linkId ?? []));
    if (near(holdFor).some(({ linkId }) => linkId === null)) found.set(hit.id, 'with the link that no person sees');
    else if (links.size >= burst.links)
      found.set(hit.id, `one of ${links.size} links of the mail within ${durationText(burst.within)}`);
  }
  return found;
}
