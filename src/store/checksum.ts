import { createHash } from 'node:crypto';
import type { Json } from '../domain/ids';

/** SHA-256 of what JSON says, in hex: the same however it was written. */
export const checksumOf = (value: Json): string => createHash('sha256').update(canonical(value)).digest('hex');

/** JSON with the keys in order. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, part: Json) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
