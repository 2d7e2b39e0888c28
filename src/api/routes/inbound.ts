import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { failure } from '../../domain/errors';
import { DEFAULT_INBOUND } from '../../domain/inbound/rules';
import type { Envelope } from '../../mail/inbound/parse';
import type { Routes } from '../deps';
import { takeMail } from '../inbound/take';
import { takeHook } from '../inbound/take-hook';
import { parseBody } from '../parse';
import { publicly } from '../refusals';
import { asBytes, signedRequest } from '../signed-request';

const MAIL_LIMIT_BYTES = 10 * 1_048_576;
const HOOK_LIMIT_BYTES = 1_048_576;

const address = z.string().max(320);
const envelopeQuery = z.strictObject({
  /** Of the envelope; empty: the null sender. */
  from: address.optional(),
  to: z.union([address, z.array(address).max(50)]).optional(),
});

/** POST /v1/inbound/mail: a message as it came, for a mail server of one's own. POST /v1/inbound/hooks/<name>: a provider's. */
export const inbound: Routes = (app, deps) => {
  app.addContentTypeParser('message/rfc822', { parseAs: 'buffer', bodyLimit: MAIL_LIMIT_BYTES }, asBytes);
  app.post(
    '/v1/inbound/mail',
    { config: { access: 'key' }, bodyLimit: MAIL_LIMIT_BYTES },
    async (request, reply: FastifyReply) => {
      if (!Buffer.isBuffer(request.body))
        throw failure('VIV_MEDIA_TYPE', { given: request.headers['content-type'] ?? 'none', wanted: 'message/rfc822' });
      const envelope = envelopeOf(parseBody(envelopeQuery, request.query));
      const taken = await takeMail(deps, { source: request.body, way: 'api', envelope, now: deps.clock() });
      return reply.code(taken.duplicate ? 200 : 202).send(taken);
    },
  );
  app.register(async (scope) => {
    scope.removeContentTypeParser('application/json');
    // the bytes are what is signed; some providers call their JSON plain text
    scope.addContentTypeParser(['application/json', 'text/plain'], { parseAs: 'buffer' }, asBytes);
    scope.post<{ Params: { hook: string } }>(
      '/v1/inbound/hooks/:hook',
      { ...publicly({ kind: 'hook' }), bodyLimit: HOOK_LIMIT_BYTES },
      async (request) => {
        const { hook } = request.params;
        const { hooks } = deps.turn.rules.inbound ?? DEFAULT_INBOUND;
        const rules = Object.hasOwn(hooks, hook) ? hooks[hook] : undefined;
        if (!rules) throw failure('VIV_HOOK_UNKNOWN', { hook });
        return takeHook(deps, { name: hook, rules, ...signedRequest(request) });
      },
    );
  });
};

/** What the server that took the message was told; undefined: the caller does not tell. */
function envelopeOf({ from, to }: z.output<typeof envelopeQuery>): Envelope | undefined {
  return to === undefined ? undefined : { from: from ?? '', to: [to].flat() };
}
