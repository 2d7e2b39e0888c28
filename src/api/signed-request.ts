import type { FastifyRequest } from 'fastify';
import type { Instant, Json } from '../domain/ids';
import { signatureProblem } from '../mail/inbound/hook-signature';
import type { ApiDeps } from './deps';

/** A content type parser: the bytes are what is signed. */
export const asBytes = async (_request: FastifyRequest, body: Buffer): Promise<Buffer> => body;

/** Of a request of another system: its body as it came, and its headers by name. */
export interface Signed {
  readonly body: Buffer;
  /** Empty: there is none. */
  readonly header: (name: string) => string;
}

export const signedRequest = ({ body, headers }: FastifyRequest): Signed => ({
  body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  header: (name) => [headers[name]].flat()[0] ?? '',
});

export interface SignedBy {
  /** The environment variable that holds the secret. */
  readonly secretEnv: string;
  readonly signature: Parameters<typeof signatureProblem>[0];
}

/** What is wrong with the signature; undefined: nothing. */
export function problemOfSigned(
  { secretOf }: ApiDeps,
  { secretEnv, signature }: SignedBy,
  { json, now, body, header }: Signed & { readonly json: Json; readonly now: Instant },
): string | undefined {
  const secret = secretOf?.(secretEnv) ?? '';
  if (secret === '') return `${secretEnv} is not set`;
  return signatureProblem(signature, { secret, message: { body, json, header }, now });
}
