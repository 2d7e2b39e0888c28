import type { FastifyRequest } from 'fastify';
import type { ConsentProof } from '../domain/consent/record';

const MOST_LETTERS = 500;

/** What a request shows of who sent it, for the proof of what they said. */
export function proofOf({ ip, headers }: FastifyRequest): ConsentProof {
  const userAgent = headers['user-agent']?.slice(0, MOST_LETTERS);
  return userAgent === undefined ? { ip } : { ip, userAgent };
}
