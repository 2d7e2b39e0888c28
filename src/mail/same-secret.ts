import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two secrets are one. Hashes of both are compared: lengths say nothing, and it takes the same time wherever they differ. */
export function isSameSecret(expected: string, given: string): boolean {
  const [a, b] = [expected, given].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
