import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Reply } from '../../domain/webhook/settle';
import { ForbiddenAddress, publicLookup, refusePrivateHost } from './address';

export interface Post {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  /** For the whole answer (ms, real time). */
  readonly timeoutMs: number;
  readonly allowPrivate: boolean;
}

/** Of an answer: more is not read. */
export const MOST_BYTES = 65_536;

/** Posts once, follows no redirect, and reads a small answer. Whatever goes wrong is a reply, never thrown. */
export async function post(request: Post): Promise<Reply> {
  const { host, hostname } = new URL(request.url);
  const { timeoutMs, allowPrivate } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    if (!allowPrivate) refusePrivateHost(hostname);
    return await answerTo(await sent(request, signal));
  } catch (error) {
    if (error instanceof ForbiddenAddress) return { type: 'forbidden', problem: error.message };
    if (signal.aborted)
      return { type: 'unreachable', problem: `${host} gave no whole answer within ${timeoutMs / 1000} s` };
    return { type: 'unreachable', problem: `${host} cannot be reached: ${problemOf(error)}` };
  }
}

function sent({ url, headers, body, allowPrivate }: Post, signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Viveiro',
      },
      agent: false, // a connection of its own: a kept one could lead to an address that was looked at long ago
      signal,
      ...(allowPrivate ? {} : { lookup: publicLookup }),
    };
    request(url, options, resolve).on('error', reject).end(body);
  });
}

async function answerTo(response: IncomingMessage): Promise<Reply> {
  const { statusCode: status = 0, headers } = response;
  const retryAfterMs = secondsIn(headers['retry-after']);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      response.destroy();
      return { type: 'answered', status, body: null, retryAfterMs };
    }
    chunks.push(chunk);
  }
  return { type: 'answered', status, body: Buffer.concat(chunks).toString('utf8'), retryAfterMs };
}

/** Seconds alone are heard; a date would have to be compared with a clock. */
const secondsIn = (header: string | undefined): number => (/^\d{1,9}$/.test(header ?? '') ? Number(header) * 1000 : 0);

const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
