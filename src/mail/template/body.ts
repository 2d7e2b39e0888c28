import type MarkdownIt from 'markdown-it';
import type { TrackedTarget } from '../../domain/template/content';
import { crossings, hoistLists } from './blocks-in-markdown';
import type { Marks } from './expressions';
import { noteLine } from './line-marks';
import { linkTarget, trackedSource } from './link-target';
import { templateMarkdown } from './markdown';
import { problemAt, type Said } from './problem';
import type { Origin, SourceText } from './source';
import { isOfBlock, MARKS, markOf, marksIn, type Tag } from './tags';

type Token = MarkdownIt.Token;

/** What a Markdown body is read into. */
export interface Body extends Marks {
  readonly links: TrackedTarget[];
}

/** Markdown whose expressions are marked, as HTML with marks; its blocks say their lines. HTML in it is text like any other. */
export function bodyHtml(source: SourceText, body: Body): string {
  const { tags, problems } = body;
  const markdown = templateMarkdown(tags);
  const tokens = hoistLists(markdown.parse(source.text, {}), tags);
  problems.push(...crossings(tokens, tags));
  for (const token of tokens) lookAt({ ...body, lines: source.lines }, token);
  return withEntities(markdown.renderer.render([...tokens], markdown.options, {}));
}

/** Braces of the text itself stay text. */
function withEntities(html: string): string {
  const pieces = html.split(MARKS); // text and indexes in turn
  return pieces.map((piece, at) => (at % 2 === 0 ? piece.replaceAll('{', '&#123;') : markOf(Number(piece)))).join('');
}

interface Found extends Body {
  readonly lines: SourceText['lines'];
}

function lookAt(found: Found, token: Token): void {
  let line = token.map?.[0] ?? 0;
  const originNow = () => found.lines[line] ?? found.lines[0] ?? { file: '', line: 1 };
  if (token.map && token.nesting >= 0 && token.tag !== '') noteLine(token, originNow());
  const children = token.children ?? [];
  refuseBlocksIn(found, token.type === 'inline' ? '' : token.content, originNow());
  for (const [index, child] of children.entries()) {
    if (child.type === 'softbreak' || child.type === 'hardbreak') line += 1;
    if (child.type === 'code_inline') refuseBlocksIn(found, child.content, originNow());
    if (child.type === 'link_open')
      lookAtLink(found, { open: child, label: labelOf(children, index), origin: originNow() });
    if (child.type === 'image') lookAtImage(found, child, originNow());
  }
}

const complain = ({ problems }: Found, origin: Origin, said: Said): void => void problems.push(problemAt(origin, said));

function refuseBlocksIn(found: Found, code: string, origin: Origin): void {
  const tags = marksIn(code).map((index) => found.tags[index]);
  if (tags.some((tag) => !tag || isOfBlock(tag)))
    complain(found, origin, { message: 'code has a block in it', fix: 'put the block around the code' });
}

/** The text of a link, up to its end. */
function labelOf(children: readonly Token[], open: number): string {
  const end = children.findIndex(({ type }, index) => index > open && type === 'link_close');
  return children
    .slice(open + 1, end)
    .map(({ content }) => content)
    .join('');
}

function lookAtLink(
  found: Found,
  { open, label, origin }: { readonly open: Token; readonly label: string; readonly origin: Origin },
): void {
  const { tags, links } = found;
  const link = linkTarget(attribute(open, 'href'), { label: attribute(open, 'title') || label, tags });
  open.attrs = (open.attrs ?? []).filter(([name]) => name !== 'title'); // a name for reports, not for readers
  if (link.type === 'wrong') complain(found, origin, link);
  if (link.type !== 'tracked') return;
  const source = trackedSource(links.push(link.target) - 1, link.target);
  const tag: Tag = { kind: 'tracked', source, origin, block: -1, name: '' };
  open.attrSet('href', markOf(tags.push(tag) - 1));
}

function lookAtImage(found: Found, image: Token, origin: Origin): void {
  noteLine(image, origin);
  if (!/^https:\/\/[^\s\uE000]+$/.test(attribute(image, 'src')))
    complain(found, origin, {
      message: 'an image is at no fixed address',
      fix: 'write it like https://example.com/picture.png',
    });
}

const attribute = (token: Token, name: string): string => String(token.attrGet(name) ?? '');
