import { createHash } from 'node:crypto';
import type { Letter } from './try-send';

/**
 * Of what a letter says and to whom: two tries with the same hash read the same. Its date is left out, as a repeated try has another,
 * and so is all that is added on the way (signatures).
 */
export function letterHash({ to, rendered: { subject, html, text }, unsubscribeUrl = '' }: Letter): string {
  const said = JSON.stringify([to.name, to.address, subject, html, text, unsubscribeUrl]);
  return createHash('sha256').update(said).digest('base64url');
}
