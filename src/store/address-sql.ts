import { Prisma } from './db';
import { keysIfAny, keysOf } from './keys';

const BLOCK_BYTES = 64;

/**
 * What `addressHash` gives, over a column: HMAC (RFC 2104 §2) of PostgreSQL's own SHA-256, so that the statement that reads the
 * address can look for its suppression.
 */
export function addressHashSql(owner: object, email: Prisma.Sql): Prisma.Sql {
  const { address } = keysOf(owner);
  const padded = Buffer.concat([address, Buffer.alloc(BLOCK_BYTES - address.length)]);
  const inner = padded.map((byte) => byte ^ 0x36);
  const outer = padded.map((byte) => byte ^ 0x5c);
  return Prisma.sql`encode(sha256(${Buffer.from(outer)}::bytea || sha256(${Buffer.from(inner)}::bytea || convert_to(${email}, 'UTF8'))), 'hex')`;
}

/** Whether a row of `suppression` is about the address: by itself, or by its hash, which is all that is left of an erased one. */
export const isAbout = (owner: object, email: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(email = ${email} OR hash = ${addressHashSql(owner, email)})`;

/** The same for whoever only foretells what would be: without keys by the address alone. */
export const isAboutAsKnown = (owner: object, email: Prisma.Sql): Prisma.Sql =>
  keysIfAny(owner) ? isAbout(owner, email) : Prisma.sql`email = ${email}`;
