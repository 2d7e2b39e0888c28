import { failure } from '../../domain/errors';
import type { Json } from '../../domain/ids';

/** A body as JSON; fields of a form as an object of texts. Throws VIV_BODY_INVALID. */
export function bodyOf(body: Buffer, contentType: string): Json {
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
  return jsonOf(body);
}

/** A body as JSON. Throws VIV_BODY_INVALID. */
export function jsonOf(body: Buffer): Json {
  try {
    const json: Json = JSON.parse(body.toString('utf8'));
    return json;
  } catch {
    throw failure('VIV_BODY_INVALID', { problems: 'body: not JSON' });
  }
}
