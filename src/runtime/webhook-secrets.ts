import { areSecrets } from '../activities/webhooks/sign';
import { failure } from '../domain/errors';
import type { WebhookRules } from '../domain/webhook/rules';
import type { Environment } from './config';

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
