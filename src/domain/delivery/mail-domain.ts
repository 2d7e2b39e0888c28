import { z } from 'zod';

/** A domain of mail in files. */
export const mailDomain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'not a domain; write it in lower case, like gmail.com');

/** What stands behind the last `@` of an address, in lower case. */
export const domainOfAddress = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

/**
 * Whether two domains belong to one owner for all that their names show: one of them stands under the other. Receivers ask the list of
 * public suffixes (RFC 7489 §3.2), which calls some more aligned, and none fewer that are in use.
 */
export const isAligned = (one: string, other: string): boolean =>
  one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
