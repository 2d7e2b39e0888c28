import { areSecrets } from '../activities/webhooks/sign';
import { failure } from '../domain/errors';
import type { InboundRules } from '../domain/inbound/rules';
import type { Sources } from '../domain/source/rules';
import type { WebhookRules } from '../domain/webhook/rules';
import type { Environment } from './config';

/** Looks whether every mail provider that tells by webhook has a secret to prove itself with. Throws VIV_CONFIG_INVALID. */
export function requireHookSecrets(rules: InboundRules | undefined, environment: Environment): void {
  for (const [name, { secretEnv }] of Object.entries(rules?.hooks ?? {})) {
    if ((environment[secretEnv] ?? '').length >= LEAST_SECRET) continue;
    const problem = `must be set to ${LEAST_SECRET} characters or more: the mail provider "${name}" proves itself with it`;
    throw failure('VIV_CONFIG_INVALID', { name: secretEnv, problem });
  }
}

/** The same of other systems that tell of leads. Throws VIV_CONFIG_INVALID. */
export function requireSourceSecrets(rules: Sources | undefined, environment: Environment): void {
  for (const [name, { secretEnv, handshake }] of Object.entries(rules?.sources ?? {})) {
    const names = [secretEnv, ...(handshake?.type === 'token' ? [handshake.tokenEnv] : [])];
    const missing = names.find((one) => (environment[one] ?? '').length < LEAST_SECRET);
    if (missing === undefined) continue;
    const problem = `must be set to ${LEAST_SECRET} characters or more: the source "${name}" proves itself with it`;
    throw failure('VIV_CONFIG_INVALID', { name: missing, problem });
  }
}

const LEAST_SECRET = 16;

/** Looks whether every endpoint has a secret to sign with, before anything starts. Throws VIV_CONFIG_INVALID. */
export function requireSecrets(rules: WebhookRules | undefined, environment: Environment): void {
  for (const [name, { secretEnv }] of Object.entries(rules?.endpoints ?? {})) {
    if (areSecrets(environment[secretEnv] ?? '')) continue;
    const problem = environment[secretEnv]
      ? 'must be a secret like whsec_…, of 24 bytes or more in base64; two with a space between while one is changed'
      : `is not set; the webhook endpoint "${name}" signs with it`;
    throw failure('VIV_CONFIG_INVALID', { name: secretEnv, problem });
  }
}
