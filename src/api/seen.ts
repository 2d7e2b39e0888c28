import type { FastifyRequest } from 'fastify';
import type { Request } from '../domain/engagement/machine';
import type { ApiDeps } from './deps';

/** A request for something that a mail or a page of thanks links to, as machines are told by it. */
export function seenRequest({ clock }: ApiDeps, { method, headers, ip }: FastifyRequest): Request {
  const purposes = [headers['sec-purpose'], headers.purpose, headers['x-purpose'], headers['x-moz']];
  return {
    method,
    program: headers['user-agent'] ?? '',
    address: ip,
    purposes: purposes.flat().flatMap((purpose) => purpose ?? []),
    at: clock(),
  };
}
