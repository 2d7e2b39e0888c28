import { failure } from '../../domain/errors';
import type { Json } from '../../domain/ids';

/** A body as JSON; fields of a form as an object of texts. Throws VIV_BODY_INVALID. */
export function bodyOf(body: Buffer, contentType: string): Json {
  const text = body.toString('utf8');
  if (contentType.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const json: Json = JSON.parse(text);
    return json;
  } catch {
    throw failure('VIV_BODY_INVALID', { problems: 'body: not JSON' });
  }
}
