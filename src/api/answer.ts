import type { FastifyReply } from 'fastify';
import type { EventAnswer } from './contract/events';

/** 202: it has been recorded, and what follows is on its way. 200: it had been recorded before, nothing was done again. */
export function answer<A extends EventAnswer>(reply: FastifyReply, body: A): FastifyReply {
  return reply.code(body.duplicate ? 200 : 202).send(body);
}
