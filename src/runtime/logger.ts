import type { FastifyBaseLogger } from 'fastify';
import { destination, pino } from 'pino';
import type { Config } from './config';

interface Request {
  readonly method: string;
  readonly routeOptions?: { readonly url?: string };
}

/**
 * Logs JSON lines on standard error. Of a request it tells method and route, never the address: tokens stand in addresses, and
 * so do people.
 */
export function createLogger({ logLevel }: Pick<Config, 'logLevel'>): FastifyBaseLogger {
  const req = ({ method, routeOptions }: Request) => ({ method, route: routeOptions?.url });
  return pino({ level: logLevel, serializers: { req } }, destination({ fd: 2, sync: true }));
}
