import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../domain/ids';

const GOOD_FOR_MS = 24 * 3_600_000;

const sign = (secret: string, form: string, stem: string): string =>
  createHmac('sha256', secret).update(`form|${form}|${stem}`).digest('base64url');

/** Proof that this server showed the form; it names the showing, so that sending the same page twice counts once. */
export function formToken(secret: string, { form, now }: { readonly form: string; readonly now: Instant }): string {
  const stem = `${now.toString(36)}.${randomUUID()}`;
  return `${stem}.${sign(secret, form, stem)}`;
}

/** The showing that a token names; null if it is forged, of another form, or older than a day. */
export function readFormToken(
  secret: string,
  { form, now, token }: { readonly form: string; readonly now: Instant; readonly token: string },
): string | null {
  const cut = token.lastIndexOf('.');
  const stem = token.slice(0, Math.max(cut, 0));
  const given = Buffer.from(token.slice(cut + 1));
  const right = Buffer.from(sign(secret, form, stem));
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  const shownAt = Number.parseInt(stem, 36); // reads up to the dot
  return now - shownAt <= GOOD_FOR_MS ? stem : null;
}
