import type { FastifyInstance } from 'fastify';
import { type ApiDeps, buildApi } from '../api/server';
import { failure } from '../domain/errors';
import { errorCode } from './error-code';

export interface HttpServer {
  /** http://host:port */
  readonly url: string;
  stop(): Promise<void>;
}

/** Builds the API and listens. Throws VIV_PORT_IN_USE. */
export async function startHttp(
  deps: ApiDeps,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const app: FastifyInstance = buildApi(deps);
  try {
    const url = await app.listen({ host, port });
    return { url, stop: () => app.close() };
  } catch (error) {
    await app.close();
    throw errorCode(error) === 'EADDRINUSE' ? failure('VIV_PORT_IN_USE', { port, name: 'the API' }, error) : error;
  }
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** Pages for people at this machine are open without a key only where nobody else can reach the server. */
export const isLoopback = (host: string): boolean => LOOPBACK.includes(host);
