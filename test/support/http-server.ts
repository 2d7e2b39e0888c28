import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server does with one request: an answer, or nothing for ever, or an end of the connection. */
export type Answer =
  | { readonly status: number; readonly body?: string; readonly headers?: { readonly [name: string]: string } }
  | 'silent'
  | 'hang up';

export interface TestServer {
  readonly url: string;
  /** Every request, in the order in which they came. */
  readonly received: Received[];
  /** Answers the next requests so, one after the other; afterwards with 200 and an empty object. */
  answer(...answers: readonly Answer[]): void;
  stop(): Promise<void>;
}

/** A real HTTP server on this machine. */
export async function startHttpServer(): Promise<TestServer> {
  const received: Received[] = [];
  const next: Answer[] = [];
  const server = http.createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      const answer = next.shift() ?? { status: 200, body: '{}' };
      if (answer === 'hang up') request.socket.destroy();
      else if (answer !== 'silent') response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: (...answers) => void next.push(...answers),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
