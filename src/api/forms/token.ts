import { createHash, createHmac, randomUUID } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json';
import type { FormField } from '../../domain/forms/field';
import { allFields, type HostedForm } from '../../domain/forms/schema';
import type { Instant, Json } from '../../domain/ids';
import { isSameSecret } from '../../mail/same-secret';
import type { LoadedForm } from './load';

const GOOD_FOR_MS = 24 * 3_600_000;
/** A page that says that it was shown later than now is none of ours: clocks of our processes are not that far apart. */
const CLOCKS_APART_MS = 60_000;

/** Of one page that was shown. */
export interface Showing {
  readonly id: string;
  readonly shownAt: Instant;
  /** The fields that were on it. */
  readonly asked: readonly FormField[];
}

/** Changes with the file of the form: what was shown by another one does not count. */
function revisionOf(form: HostedForm): string {
  const known = revisions.get(form);
  if (known !== undefined) return known;
  const { filesFolder: _, ...said }: LoadedForm = form; // where it stands differs from machine to machine
  const text = canonicalJson(JSON.parse(JSON.stringify(said)) as Json); // what a schema has made of YAML
  const revision = createHash('sha256').update(text).digest('base64url').slice(0, 16);
  revisions.set(form, revision);
  return revision;
}
const revisions = new WeakMap<HostedForm, string>();

const sign = (secret: string, form: HostedForm, stem: string): string =>
  createHmac('sha256', secret)
    .update(`form|${form.form}|${revisionOf(form)}|${stem}`)
    .digest('base64url');

/** Proof that this server showed these fields of the form; it names the showing, so that sending the same page twice counts once. */
export function formToken(
  secret: string,
  { form, asked, now }: { readonly form: HostedForm; readonly asked: readonly FormField[]; readonly now: Instant },
): string {
  const bits = allFields(form).reduce((sum, field, at) => (asked.includes(field) ? sum | (1n << BigInt(at)) : sum), 0n);
  const stem = `${now.toString(36)}.${randomUUID()}.${bits.toString(16)}`;
  return `${stem}.${sign(secret, form, stem)}`;
}

/** The showing that a token names; null if it is forged, of another form, or older than a day. */
export function readFormToken(
  secret: string,
  { form, now, token }: { readonly form: HostedForm; readonly now: Instant; readonly token: string },
): Showing | null {
  const cut = token.lastIndexOf('.');
  const stem = token.slice(0, Math.max(cut, 0));
  if (!isSameSecret(sign(secret, form, stem), token.slice(cut + 1))) return null;
  const [time = '', id = '', bits = ''] = stem.split('.');
  const shownAt = Number.parseInt(time, 36);
  if (now - shownAt > GOOD_FOR_MS || shownAt > now + CLOCKS_APART_MS) return null;
  const mask = BigInt(`0x${bits}`);
  return { id, shownAt, asked: allFields(form).filter((_, at) => (mask >> BigInt(at)) & 1n) };
}
