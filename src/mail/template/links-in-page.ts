import { Parser } from 'htmlparser2';
import type { Body } from './body';
import { noted } from './line-marks';
import { linkTarget, trackedSource } from './link-target';
import { problemAt } from './problem';
import type { Origin } from './source';
import { markOf, type Tag } from './tags';

interface Link {
  readonly address: string;
  readonly title: string;
  /** Of its tag in the page. */
  readonly from: number;
  readonly to: number;
  readonly origin: Origin;
  readonly words: string[];
}

/** Leads the links of a page through us; those of a Markdown body do so already. Says what is wrong with each. */
export function trackLinks(page: string, body: Body, origin: Origin): string {
  let from = 0;
  const pieces = linksIn(page, origin).map((link) => {
    const piece = page.slice(from, link.from) + tracked(page.slice(link.from, link.to), link, body);
    from = link.to;
    return piece;
  });
  return [...pieces, page.slice(from)].join('');
}

function linksIn(page: string, start: Origin): readonly Link[] {
  const links: Link[] = [];
  const places: Origin[] = [];
  const open: Link[] = [];
  const parser = new Parser({
    onopentag: (name, attributes) => {
      const origin = noted(attributes) ?? places.at(-1) ?? start;
      places.push(origin);
      for (const { words } of open) words.push(attributes.alt ?? '');
      const { href: address, title = '' } = attributes;
      if (address === undefined || (name !== 'a' && name !== 'area')) return;
      const link = {
        address,
        title,
        from: parser.startIndex,
        to: parser.endIndex + 1,
        origin,
        words: [attributes.alt ?? ''],
      };
      links.push(link);
      if (name === 'a') open.push(link);
    },
    onclosetag: (name) => {
      places.pop();
      if (name === 'a') open.pop();
    },
    ontext: (text) => {
      for (const { words } of open) words.push(text);
    },
  });
  parser.end(page);
  return links;
}

const HREF = /(\shref\s*=\s*)("[^"]*"|'[^']*'|[^\s>]+)/i;
/** A name for reports, not for readers. */
const TITLE = /\stitle\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/i;

function tracked(raw: string, { address, title, words, origin }: Link, { tags, links, problems }: Body): string {
  const link = linkTarget(address.trim(), { label: title || words.join(' '), tags });
  const untitled = raw.replace(TITLE, '');
  if (link.type === 'wrong') problems.push(problemAt(origin, link, { code: 'VIV_LINK_DEAD' }));
  if (link.type !== 'tracked') return untitled;
  const source = trackedSource(links.push(link.target) - 1, link.target);
  const tag: Tag = { kind: 'tracked', source, origin, block: -1, name: '' };
  const mark = markOf(tags.push(tag) - 1);
  return untitled.replace(HREF, (_, before: string) => `${before}"${mark}"`);
}

/** Addresses that stand in a plain text, as people write them. */
const WRITTEN = /https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?]/gi;

/** The same in a plain text, whose links are addresses that stand in it. One that the page has too is the same link. */
export function trackAddresses(text: string, body: Body, origin: Origin): string {
  const { tags, links, problems } = body;
  return text.replaceAll(WRITTEN, (address) => {
    const link = linkTarget(address, { label: '', tags });
    if (link.type === 'wrong') problems.push(problemAt(origin, link, { code: 'VIV_LINK_DEAD' }));
    if (link.type !== 'tracked') return address;
    const same = links.findIndex(({ literals }) => literals.join('\n') === link.target.literals.join('\n'));
    const index = same >= 0 ? same : links.push(link.target) - 1;
    const source = trackedSource(index, link.target);
    return markOf(tags.push({ kind: 'tracked', source, origin, block: -1, name: '' }) - 1);
  });
}
