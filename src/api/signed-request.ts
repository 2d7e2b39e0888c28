import type { FastifyRequest } from 'fastify';

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
