import { createHmac } from 'node:crypto';
import type { HandshakeRules, SourceRules } from '../../domain/source/rules';
import { isSameSecret } from '../../mail/same-secret';

/** What the other side is answered, so that it knows the address for ours. */
export type HandshakeAnswer =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'json'; readonly json: { readonly [name: string]: string } }
  | { readonly type: 'refused'; readonly problem: string };

interface Asked {
  readonly rules: SourceRules;
  readonly query: { readonly [name: string]: string };
  readonly secretOf: (name: string) => string;
}

const LONGEST = 500;

/** Answers a challenge as the rules say. */
export function answerTo({ rules, query, secretOf }: Asked): HandshakeAnswer {
  const { handshake } = rules;
  if (!handshake) return { type: 'refused', problem: 'its rules say nothing of a handshake' };
  const challenge = query[handshake.challenge] ?? '';
  if (challenge === '' || challenge.length > LONGEST)
    return { type: 'refused', problem: `there is no challenge at ${handshake.challenge}` };
  return handshake.type === 'token'
    ? byToken(handshake, { challenge, given: query[handshake.token] ?? '', token: secretOf(handshake.tokenEnv) })
    : byHmac(handshake, challenge, rules.secretEnv === undefined ? '' : secretOf(rules.secretEnv));
}

function byToken(
  { token: name }: Extract<HandshakeRules, { type: 'token' }>,
  { challenge, given, token }: { readonly challenge: string; readonly given: string; readonly token: string },
): HandshakeAnswer {
  return token !== '' && isSameSecret(token, given)
    ? { type: 'text', text: challenge }
    : { type: 'refused', problem: `the token at ${name} is not what was agreed` };
}

function byHmac(
  { challenge: name, algorithm, encoding, answer }: Extract<HandshakeRules, { type: 'hmac' }>,
  challenge: string,
  secret: string,
): HandshakeAnswer {
  if (secret === '') return { type: 'refused', problem: 'its secret is not set' };
  return {
    type: 'json',
    json: { [name]: challenge, [answer]: createHmac(algorithm, secret).update(challenge).digest(encoding) },
  };
}
