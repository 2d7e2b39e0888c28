import type { TrackedTarget } from '../../domain/template/content';
import { isOfBlock, MARKS, type Tag } from './tags';

export type LinkTarget =
  /** Stays as it is: ours already, or no web page. */
  | { readonly type: 'plain' }
  | { readonly type: 'tracked'; readonly target: TrackedTarget }
  | { readonly type: 'wrong'; readonly message: string; readonly fix: string };

const LONGEST_NAME = 100;
/** Where an address may take values: behind the host, so that no value can lead elsewhere. */
const ORIGIN = /^https?:\/\/[^/?#\s]+[/?#]/i;

/** What becomes of the link `[text](address "title")`. `address` has marks where it has expressions. */
export function linkTarget(address: string, o: { readonly label: string; readonly tags: readonly Tag[] }): LinkTarget {
  const [first = '', ...rest] = address.split(MARKS); // literals and indexes in turn
  const literals = [first, ...rest.filter((_, index) => index % 2 === 1)];
  const named = rest.filter((_, index) => index % 2 === 0).map((index) => o.tags[Number(index)]);
  const shown = address.replaceAll(MARKS, (_, index) => o.tags[Number(index)]?.source ?? '');
  if (named.length === 1 && literals.join('') === '' && named[0] && isOurs(named[0])) return { type: 'plain' };
  if (named.length === 0 && /^(mailto|tel):\S+$/i.test(address)) return { type: 'plain' };
  if (!isWebAddress(literals))
    return wrong(`"${shown}" is no address of a web page`, 'write it like https://example.com/page');
  if (named.length > 0 && !ORIGIN.test(first))
    return wrong(`"${shown}" takes a value before its path`, 'write the host, and values only behind it');
  if (named.some((tag) => !tag || isOfBlock(tag)))
    return wrong(`"${shown}" has a block in it`, 'put the block around the link');
  if (named.some((tag) => tag?.kind !== 'value'))
    return wrong(`"${shown}" takes a formatted value`, 'name the value alone: it is encoded as it is on record');
  const name = o.label.replaceAll(MARKS, '').replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_NAME) || literals.join('');
  const values = named.flatMap((tag) => tag?.source.slice(2, -2) ?? []);
  return { type: 'tracked', target: { name, literals, values } };
}

const OF_FOOTER: readonly string[] = ['mail.footer.unsubscribeUrl', 'mail.footer.preferencesUrl'];

/** An address that is ours as it stands, or was made so before. */
const isOurs = ({ kind, name }: Tag): boolean =>
  kind === 'tracked' || (kind === 'value' && (name.startsWith('links.') || OF_FOOTER.includes(name)));

const wrong = (message: string, fix: string): LinkTarget => ({ type: 'wrong', message, fix });

function isWebAddress(literals: readonly string[]): boolean {
  const address = literals.join('x');
  return /^https?:\/\//i.test(address) && !/\s/.test(address) && URL.canParse(address);
}

/** The address for one recipient. Throws a RangeError for a value that is missing. */
export function addressFor({ literals, values }: TrackedTarget, given: readonly unknown[]): string {
  const encoded = values.map((name, index) => {
    const value = given[index];
    if (value === undefined || value === null) throw new RangeError(`"${name}" has no value`);
    return encodeURIComponent(String(value));
  });
  return new URL(literals.map((literal, index) => literal + (encoded[index] ?? '')).join('')).href;
}

/** What the compiled template has in place of the address of link `index`. */
export const trackedSource = (index: number, { values }: TrackedTarget): string =>
  `{{tracked ${[index, ...values].join(' ')}}}`;
