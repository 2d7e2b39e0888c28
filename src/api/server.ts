import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { guardRoutes } from './access';
import { answerBroken } from './broken-request';
import type { ApiDeps } from './deps';
import { answerError, handleErrors } from './error-handler';
import { DEFAULT_LIMITS } from './limits';
import { PAGE_POLICY } from './page';
import { countRefusals } from './refusals';
import { ROUTES } from './routes';

export type { ApiDeps } from './deps';

const BODY_LIMIT_BYTES = 1_048_576;
const SECURITY_HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** The HTTP server with all routes; the caller listens and closes. A route that declares no access fails `ready()`. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const { limits = DEFAULT_LIMITS } = deps;
  const app: FastifyInstance = fastify({
    bodyLimit: deps.bodyLimit ?? BODY_LIMIT_BYTES,
    ...(deps.trustedProxies === undefined ? {} : { trustProxy: deps.trustedProxies }),
    http: { headersTimeout: limits.headMs, connectionsCheckingInterval: limits.checkMs },
    requestTimeout: limits.requestMs, // the framework's own is none
    clientErrorHandler: (error, socket) => answerBroken(app, error, socket),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    frameworkErrors: (error, request, reply) => {
      reply.headers(SECURITY_HEADERS); // hooks do not run for these
      void answerError(error, request, reply);
    },
    // signed tokens in paths are longer than the default of 100
    routerOptions: { maxParamLength: 500 },
    ...(deps.logger ? { loggerInstance: deps.logger } : {}),
  });
  app.decorate('limits', limits);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  app.removeContentTypeParser('text/plain'); // the framework's own: such a body is none that any route takes
  guardRoutes(app, deps);
  countRefusals(app, deps);
  handleErrors(app);
  for (const routes of ROUTES) app.register(async (scope) => routes(scope, deps));
  return app;
}
