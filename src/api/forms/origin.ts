import type { FastifyRequest } from 'fastify';
import type { HostedForm } from '../../domain/forms/schema';
import type { ApiDeps } from '../deps';

/**
 * The site that makes a browser send the form though it must not; undefined: it is ours, one that the form names, or no browser at all.
 * Browsers say where a POST comes from (Fetch standard: Origin, Sec-Fetch-Site), and pages cannot forge it. Who is no browser has no
 * visitor whom it could misuse.
 */
export function foreignSite(request: FastifyRequest, form: HostedForm, { publicUrl }: ApiDeps): string | undefined {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin !== 'null')
    return isOurs(origin, request, publicUrl) || form.origins.includes(origin) ? undefined : origin;
  if (site === undefined) return origin === undefined ? undefined : 'a page that hides where it is';
  return site === 'same-origin' || site === 'none' ? undefined : `a page elsewhere (${String(site).slice(0, 20)})`;
}

function isOurs(origin: string, { protocol, host }: FastifyRequest, publicUrl: string): boolean {
  return origin === new URL(publicUrl).origin || origin === `${protocol}://${host}`;
}

/** The site that asks by a script of its own, if the form names it: it may read the answer. */
export function corsHeaders({ headers }: FastifyRequest, form: HostedForm): { readonly [name: string]: string } {
  const { origin } = headers;
  if (origin === undefined || !form.origins.includes(origin)) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '600',
  };
}
