import { createHmac } from 'node:crypto';
import type { Instant, Json } from '../../domain/ids';
import type { SignatureRules } from '../../domain/inbound/hook-rules';
import { atPath, textOf } from '../../domain/inbound/json-path';
import { isSameSecret } from '../same-secret';

/** A message of a provider, as it came. */
export interface HookMessage {
  readonly body: Buffer;
  /** The body as JSON. */
  readonly json: Json;
  /** The value of a header, by its name in lower case; empty: none. */
  readonly header: (name: string) => string;
}

/** What is wrong with the signature; undefined: it is good. `now`: real time, since clocks of both sides are compared. */
export function signatureProblem(
  rules: SignatureRules,
  { secret, message, now }: { readonly secret: string; readonly message: HookMessage; readonly now: Instant },
): string | undefined {
  if (rules.type === 'shared') return sharedProblem(rules, secret, message);
  const given = valueAt(rules.at, message);
  if (!given.startsWith(rules.prefix) || given === rules.prefix) return `no signature at ${rules.at}`;
  const signed = createHmac(rules.algorithm, secret);
  for (const piece of rules.of) signed.update(pieceOf(piece, message));
  const expected = signed.digest(rules.encoding);
  const said = given.slice(rules.prefix.length);
  if (!isSameSecret(expected, rules.encoding === 'hex' ? said.toLowerCase() : said)) return 'the signature is wrong';
  return staleProblem(rules, message, now);
}

function sharedProblem(
  { header, prefix }: Extract<SignatureRules, { type: 'shared' }>,
  secret: string,
  message: HookMessage,
): string | undefined {
  const given = message.header(header.toLowerCase());
  return isSameSecret(`${prefix}${secret}`, given) ? undefined : `the header ${header} is not what was agreed`;
}

function staleProblem(
  { timestamp, tolerance }: Extract<SignatureRules, { type: 'hmac' }>,
  message: HookMessage,
  now: Instant,
): string | undefined {
  if (timestamp === undefined) return undefined;
  const at = Number(valueAt(timestamp, message) || Number.NaN) * 1_000;
  return Math.abs(now - at) <= tolerance ? undefined : 'it was signed too long ago, or in the future';
}

function valueAt(place: string, { header, json }: HookMessage): string {
  const [kind, name = ''] = halves(place);
  return kind === 'header' ? header(name.toLowerCase()) : textOf(atPath(json, name));
}

function pieceOf(piece: string, message: HookMessage): string | Buffer {
  if (piece === 'body') return message.body;
  const [kind, rest = ''] = halves(piece);
  return kind === 'text' ? rest : valueAt(piece, message);
}

function halves(text: string): readonly string[] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}
