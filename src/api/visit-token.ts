import type { FastifyRequest } from 'fastify';
import { ViveiroError } from '../domain/errors';
import { readLink } from '../mail/links';
import { countRefusal } from './refusals';

/** The click that brought a browser here. A token that is not ours, or stands for something else, tells of none: it is counted, and no more. */
export function clickOfVisit(request: FastifyRequest, secret: string, token: string): string | undefined {
  const hitId = visitIn(secret, token);
  if (hitId === undefined) countRefusal(request, 'VIV_LINK_FORGED', 'visit');
  return hitId;
}

function visitIn(secret: string, token: string): string | undefined {
  try {
    const payload = readLink(secret, token);
    return payload.kind === 'visit' ? payload.id : undefined;
  } catch (error) {
    if (error instanceof ViveiroError && error.code === 'VIV_LINK_FORGED') return undefined;
    throw error;
  }
}
