import type { FastifyInstance, FastifyRequest } from 'fastify';
import { failure } from '../domain/errors';
import { verifyApiKey } from '../store/api-keys';
import type { ApiDeps } from './deps';

/**
 * Who may call a route. `public`: anyone (forms, signed links). `key`: whoever shows an API key.
 * `local`: whoever shows a key, and people at this machine when `localPages` is on.
 */
export type Access = 'public' | 'key' | 'local';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
}

const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

/** Refuses, while the server is being built, every route that does not say who may call it; then guards them all. */
export function guardRoutes(app: FastifyInstance, deps: ApiDeps): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined)
      throw new TypeError(`route ${String(route.method)} ${route.url} must declare config.access`);
  });
  // before the body is read: strangers cannot make us parse it
  app.addHook('onRequest', async (request) => {
    if (request.is404 || (await mayCall(request, deps))) return;
    throw failure('VIV_UNAUTHORISED', {});
  });
}

async function mayCall(request: FastifyRequest, deps: ApiDeps): Promise<boolean> {
  const { access } = request.routeOptions.config;
  if (access === 'public' || (access === 'local' && deps.localPages && isLocal(request))) return true;
  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return key !== undefined && (await verifyApiKey(deps.db, key)) !== null;
}

/** The host is checked as well, so that a page elsewhere cannot reach us through a name that it points at loopback. */
function isLocal(request: FastifyRequest): boolean {
  return LOOPBACK_ADDRESSES.includes(request.ip) && LOOPBACK_HOSTS.includes(request.hostname);
}
