import type { Instant, Json } from '../../../domain/ids';
import { atPath, textOf } from '../../../domain/inbound/json-path';

/** A message of another system, as it came. */
export interface HookMessage {
  readonly body: Buffer;
  /** The body as JSON. */
  readonly json: Json;
  /** The value of a header, by its name in lower case; empty: none. */
  readonly header: (name: string) => string;
}

/** What a signature is held against. `now`: real time, since clocks of both sides are compared. */
export interface Signed {
  readonly message: HookMessage;
  /** Empty: this type of signature has none. */
  readonly secret: string;
  readonly now: Instant;
}

/** What stands at `header:<name>` or `json:<path>`; empty: nothing. */
export function valueAt(place: string, { header, json }: HookMessage): string {
  const [kind, name = ''] = halves(place);
  return kind === 'header' ? header(name.toLowerCase()) : textOf(atPath(json, name));
}

/** What is signed, piece by piece. */
export const signedBytes = (pieces: readonly string[], message: HookMessage): Buffer =>
  Buffer.concat(pieces.map((piece) => Buffer.from(pieceOf(piece, message))));

function pieceOf(piece: string, message: HookMessage): string | Buffer {
  if (piece === 'body') return message.body;
  const [kind, rest = ''] = halves(piece);
  return kind === 'text' ? rest : valueAt(piece, message);
}

function halves(text: string): readonly string[] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** What is wrong with a time of signing, in ms; undefined: it is near enough to ours. Not a number: none was given. */
export const staleProblem = (at: number, now: Instant, tolerance: number): string | undefined =>
  Math.abs(now - at) <= tolerance ? undefined : 'it was signed too long ago, or in the future';

/** The same of seconds, as text. */
export const staleSeconds = (text: string, now: Instant, tolerance: number): string | undefined =>
  staleProblem(/^\d{1,12}$/.test(text) ? Number(text) * 1_000 : Number.NaN, now, tolerance);
