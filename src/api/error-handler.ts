import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure, ViveiroError } from '../domain/errors';
import { sendHeard } from './heard';
import { html } from './html';
import { HTML, titledPage } from './page';
import { countRefusal } from './refusals';

/** The framework's own errors, said in ours. Others below 500 are about the request as well. */
const FRAMEWORK_ERRORS: { readonly [code: string]: (request: FastifyRequest) => ViveiroError } = {
  FST_ERR_CTP_BODY_TOO_LARGE: (request) =>
    failure('VIV_BODY_TOO_LARGE', {
      limitBytes: request.routeOptions.bodyLimit ?? request.server.initialConfig.bodyLimit ?? 0,
    }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) =>
    failure('VIV_MEDIA_TYPE', { given: request.headers['content-type'] ?? 'none' }),
  FST_ERR_BAD_URL: () => failure('VIV_NOT_FOUND', { what: 'The address' }),
  // a part of the path that is longer than any token or id of ours
  FST_ERR_MAX_PARAM_LENGTH: () => failure('VIV_NOT_FOUND', { what: 'The address' }),
  FST_ERR_NOT_FOUND: (request) => failure('VIV_NOT_FOUND', { what: `${request.method} ${request.url}` }),
};

/** What went wrong, as an error of the registry; faults of ours keep their cause and lose their text. */
function toViveiroError(error: FastifyError | Error, request: FastifyRequest): ViveiroError {
  if (error instanceof ViveiroError) return error;
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>; // an Error may lack both
  const known = FRAMEWORK_ERRORS[code];
  if (known) return known(request);
  if (statusCode >= 400 && statusCode < 500) return failure('VIV_BODY_INVALID', { problems: error.message }, error);
  return failure('VIV_UNEXPECTED', { problem: 'see the log of the server' }, error);
}

/** Browsers ask for HTML by name; API clients rarely do. */
export const wantsPage = (request: FastifyRequest): boolean => (request.headers.accept ?? '').includes('text/html');

/** What a browser is shown; undefined: title, words and code. */
export type PageOf = (problem: ViveiroError, request: FastifyRequest) => string | undefined;

/** Answers with RFC 9457 problem details, or with a page for a browser, and counts what strangers are refused. */
export async function answerError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  pageOf: PageOf = () => undefined,
) {
  const problem = toViveiroError(error, request);
  if (problem.http >= 500) request.log.error({ err: error }, 'request failed');
  else countRefusal(request, problem.code);
  reply.code(problem.http);
  if (problem.http === 401) reply.header('www-authenticate', 'Bearer');
  if (wantsPage(request))
    return sendHeard(request, reply.type(HTML), pageOf(problem, request) ?? problemPage(titleOf(problem), problem));
  return sendHeard(
    request,
    reply.type('application/problem+json'),
    JSON.stringify(problemDetails(problem, request.id)),
  );
}

const titleOf = ({ http }: ViveiroError): string => STATUS_CODES[http] ?? 'Error';

/** The text of a fault may quote what clients must not see. */
const detailOf = ({ code, message }: ViveiroError): string =>
  code === 'VIV_UNEXPECTED' ? 'Something went wrong on our side. Try again later.' : message;

const problemPage = (title: string, problem: ViveiroError): string =>
  titledPage({
    title,
    lang: 'en',
    body: html`<p>${detailOf(problem)}</p><p class="muted">${problem.code}</p>`,
  });

/** RFC 9457. `id`: of the request. */
export const problemDetails = (problem: ViveiroError, id: string) => ({
  type: 'about:blank', // §4.2.1: the status and `code` say it all
  title: titleOf(problem),
  status: problem.http,
  detail: detailOf(problem),
  code: problem.code,
  instance: `urn:uuid:${id}`,
});

/** One error handler for everything, also for what matches no route. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(async (request, reply) =>
    answerError(failure('VIV_NOT_FOUND', { what: `${request.method} ${request.url.split('?')[0]}` }), request, reply),
  );
}
