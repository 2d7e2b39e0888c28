import { failure } from '../../domain/errors';
import type { SourceRules } from '../../domain/source/rules';
import type { ApiDeps, Routes } from '../deps';
import { publicly } from '../refusals';
import { asBytes, signedRequest } from '../signed-request';
import { answerTo } from '../sources/handshake';
import { takeSource } from '../sources/take-source';
import { textsOfBody } from '../texts-of-body';

const LIMIT_BYTES = 1_048_576;
const COUNTED = publicly({ kind: 'source' });
const TYPES = ['application/json', 'text/plain', 'application/x-www-form-urlencoded'];

interface SourceRoute {
  Params: { source: string };
}

/** GET and POST /v1/sources/<name>: leads that another system tells of, by the mapping of rules/sources.yaml. */
export const sources: Routes = (app, deps) => {
  app.register(async (scope) => {
    scope.removeContentTypeParser(TYPES);
    scope.addContentTypeParser(TYPES, { parseAs: 'buffer' }, asBytes);
    scope.get<SourceRoute>('/v1/sources/:source', COUNTED, async (request, reply) => {
      const { source } = request.params;
      const rules = rulesOf(deps, source);
      const answer = answerTo({
        rules,
        query: textsOfBody(request.query),
        secretOf: (name) => deps.secretOf?.(name) ?? '',
      });
      if (answer.type === 'refused') throw failure('VIV_SOURCE_UNSIGNED', { source, problem: answer.problem });
      return answer.type === 'text' ? reply.type('text/plain').send(answer.text) : reply.send(answer.json);
    });
    scope.post<SourceRoute>('/v1/sources/:source', { ...COUNTED, bodyLimit: LIMIT_BYTES }, async (request) => {
      const { source } = request.params;
      const rules = rulesOf(deps, source);
      const contentType = request.headers['content-type'] ?? '';
      return takeSource(deps, { name: source, rules, contentType, ...signedRequest(request) });
    });
  });
};

/** Throws VIV_SOURCE_UNKNOWN. */
function rulesOf({ turn }: ApiDeps, source: string): SourceRules {
  const { sources: all = {} } = turn.rules.sources ?? {};
  const rules = Object.hasOwn(all, source) ? all[source] : undefined;
  if (!rules) throw failure('VIV_SOURCE_UNKNOWN', { source });
  return rules;
}
