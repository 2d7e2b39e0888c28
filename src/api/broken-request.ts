import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyInstance } from 'fastify';
import { failure, type ViveiroError } from '../domain/errors';
import { problemDetails } from './error-handler';

/** Whoever sends it has closed before all of it was sent: nobody is refused anything. */
const BROKEN_OFF = 'HPE_INVALID_EOF_STATE';
/** More of it tells nothing: the address stands in the first line. */
const MOST_LOOKED_AT = 200;

/** Answers what is no request, a head that is too large, and what is not whole in time; counts it by its address, if it has one. */
export function answerBroken(app: FastifyInstance, error: ConnectionError, socket: Socket): void {
  // as Node's own handler asks: what is being answered already has no second answer
  const { _httpMessage: answering } = socket as Socket & { readonly _httpMessage?: { readonly headersSent: boolean } };
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable && !answering?.headersSent && error.code !== BROKEN_OFF) {
    const problem = problemOf(error);
    app.refusals.note({ ...placeOf(app, error), code: problem.code });
    socket.write(textOf(problem));
  }
  socket.destroy(error);
}

function problemOf({ code }: ConnectionError): ViveiroError {
  if (code === 'HPE_HEADER_OVERFLOW') return failure('VIV_HEAD_TOO_LARGE', {});
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return failure('VIV_REQUEST_SLOW', {});
  return failure('VIV_REQUEST_INVALID', {});
}

function placeOf({ refusals }: FastifyInstance, { rawPacket }: ConnectionError) {
  const begins = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1', 0, MOST_LOOKED_AT) : '';
  const [, url = ''] = /^[A-Z]+ (\S+)/.exec(begins) ?? [];
  return refusals.placeOfUrl(url) ?? ({ kind: 'request', name: '' } as const);
}

function textOf(problem: ViveiroError): string {
  const body = JSON.stringify(problemDetails(problem, randomUUID()));
  const head = [
    `HTTP/1.1 ${problem.http} ${STATUS_CODES[problem.http]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
