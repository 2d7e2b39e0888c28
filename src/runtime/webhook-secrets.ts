import { failure } from '../domain/errors';
import type { InboundRules } from '../domain/inbound/rules';
import type { SignatureRules } from '../domain/inbound/signature-rules';
import type { Sources } from '../domain/source/rules';
import type { WebhookRules } from '../domain/webhook/rules';
import { certificateIn } from '../mail/inbound/signature/sns';
import { areSecrets } from '../mail/standard-webhooks';
import type { Environment } from './config';

/** Looks whether every mail provider that tells by webhook has what it proves itself with. Throws VIV_CONFIG_INVALID. */
export function requireHookSecrets(rules: InboundRules | undefined, environment: Environment): void {
  for (const [name, hook] of Object.entries(rules?.hooks ?? {}))
    requireProof(`the mail provider "${name}"`, { ...hook, secrets: [hook.secretEnv] }, environment);
}

/** The same of other systems that tell of leads. Throws VIV_CONFIG_INVALID. */
export function requireSourceSecrets(rules: Sources | undefined, environment: Environment): void {
  for (const [name, source] of Object.entries(rules?.sources ?? {})) {
    const { secretEnv, handshake } = source;
    const secrets = [secretEnv, ...(handshake?.type === 'token' ? [handshake.tokenEnv] : [])];
    requireProof(`the source "${name}"`, { ...source, secrets }, environment);
  }
}

interface Proving {
  readonly secretEnv?: string | undefined;
  readonly signature: SignatureRules;
  /** Names of all variables that must hold a secret. */
  readonly secrets: readonly (string | undefined)[];
}

function requireProof(who: string, { secretEnv, signature, secrets }: Proving, environment: Environment): void {
  const secretIn = (name: string | undefined) => (name === undefined ? '' : (environment[name] ?? ''));
  const missing = secrets.find((one) => one !== undefined && secretIn(one).length < LEAST_SECRET);
  if (missing !== undefined) {
    const problem = `must be set to ${LEAST_SECRET} characters or more: ${who} proves itself with it`;
    throw failure('VIV_CONFIG_INVALID', { name: missing, problem });
  }
  if (signature.type === 'standard' && secretEnv !== undefined && !areSecrets(secretIn(secretEnv)))
    throw failure('VIV_CONFIG_INVALID', { name: secretEnv, problem: `must be as ${who} shows it, ${SECRET_SHAPE}` });
  if (signature.type === 'sns' && signature.certificates?.some((pem) => certificateIn(pem) === undefined))
    throw failure('VIV_CONFIG_INVALID', { name: `certificates of ${who}`, problem: 'one of them is no certificate' });
}

const SECRET_SHAPE = 'like whsec_…, of 24 bytes or more in base64; two with a space between while one is changed';
const LEAST_SECRET = 16;

/** Looks whether every endpoint has a secret to sign with, before anything starts. Throws VIV_CONFIG_INVALID. */
export function requireSecrets(rules: WebhookRules | undefined, environment: Environment): void {
  for (const [name, { secretEnv }] of Object.entries(rules?.endpoints ?? {})) {
    if (areSecrets(environment[secretEnv] ?? '')) continue;
    const problem = environment[secretEnv]
      ? `must be a secret ${SECRET_SHAPE}`
      : `is not set; the webhook endpoint "${name}" signs with it`;
    throw failure('VIV_CONFIG_INVALID', { name: secretEnv, problem });
  }
}
