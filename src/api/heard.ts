import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DEFAULT_LIMITS, type Limits } from './limits';

/**
 * Sends a refusal so that it is heard by whoever still sends their body. The answer goes out at once and whole, but ends only when the rest
 * of the body was read and thrown away, or is too much: a connection that is closed over unread bytes is reset, and takes the answer with
 * it (RFC 9112 §9.6).
 */
export function sendHeard(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  const { raw } = request;
  if (!hasBody(raw) || raw.complete || raw.readableEnded) return reply.send(text);
  const { limits } = request.server;
  return reply.header('content-length', Buffer.byteLength(text)).send(Readable.from(untilRead(raw, text, limits)));
}

declare module 'fastify' {
  interface FastifyInstance {
    limits: Limits;
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

async function* untilRead(body: IncomingMessage, text: string, limits: Limits): AsyncGenerator<string> {
  const rest = thrownAway(body, limits);
  yield text;
  await rest;
}

/** Resolves when no more of it comes, or when it was more than the limits allow. */
function thrownAway(body: IncomingMessage, { refusedBytes, refusedMs } = DEFAULT_LIMITS): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const enough = () => {
      clearTimeout(patience);
      body.off('data', count).off('end', enough).off('close', enough).off('error', enough);
      resolve();
    };
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > refusedBytes) enough();
    };
    const patience = setTimeout(enough, refusedMs);
    body.on('data', count).once('end', enough).once('close', enough).once('error', enough);
    body.resume();
  });
}
