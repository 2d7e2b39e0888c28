import type MarkdownIt from 'markdown-it';
import { crossings, hoistLists } from './blocks-in-markdown';
import { MARKS, type Marked, markOf, type Tag } from './expressions';
import { linkTarget, type TrackedTarget } from './link-target';
import { templateMarkdown } from './markdown';
import type { TemplateProblem } from './template-problem';

type Token = MarkdownIt.Token;

/** A body as HTML that is still a Handlebars template: `{{tracked n …}}` stands for the address of `links[n]`. */
export interface BodyTemplate {
  readonly html: string;
  readonly links: readonly TrackedTarget[];
  readonly problems: readonly TemplateProblem[];
}

/** Reads Markdown whose expressions are marked. HTML in it is text like any other. */
export function bodyTemplate(marked: Marked, firstLine: number): BodyTemplate {
  const tags = [...marked.tags];
  const markdown = templateMarkdown(tags);
  const tokens = hoistLists(markdown.parse(marked.text, {}), tags);
  const found: Found = { tags, links: [], problems: [...crossings(tokens, tags)] };
  for (const token of tokens) lookAt(found, token, firstLine);
  const html = markdown.renderer.render([...tokens], markdown.options, {});
  return { html: withSources(html, tags), links: found.links, problems: found.problems };
}

/** Braces of the text itself stay text. */
function withSources(html: string, tags: readonly Tag[]): string {
  const pieces = html.split(MARKS); // text and indexes in turn
  return pieces
    .map((piece, at) => (at % 2 === 0 ? piece.replaceAll('{', '&#123;') : (tags[Number(piece)]?.source ?? '')))
    .join('');
}

interface Found {
  readonly tags: Tag[];
  readonly links: TrackedTarget[];
  readonly problems: TemplateProblem[];
}

function lookAt(found: Found, token: Token, firstLine: number): void {
  let line = firstLine + (token.map?.[0] ?? 0);
  const children = token.children ?? [];
  refuseBlocksIn(found, token.type === 'inline' ? '' : token.content, line);
  for (const [index, child] of children.entries()) {
    if (child.type === 'softbreak' || child.type === 'hardbreak') line += 1;
    if (child.type === 'code_inline') refuseBlocksIn(found, child.content, line);
    if (child.type === 'link_open') lookAtLink(found, { open: child, label: labelOf(children, index), line });
    if (child.type === 'image') lookAtImage(found, child, line);
  }
}

function refuseBlocksIn({ tags, problems }: Found, code: string, line: number): void {
  if ([...code.matchAll(MARKS)].some(([, index]) => tags[Number(index)]?.kind !== 'value'))
    problems.push({ line, message: 'code has a block in it', fix: 'put the block around the code' });
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
  { tags, links, problems }: Found,
  { open, label, line }: { readonly open: Token; readonly label: string; readonly line: number },
): void {
  const link = linkTarget(attribute(open, 'href'), { label: attribute(open, 'title') || label, tags });
  open.attrs = (open.attrs ?? []).filter(([name]) => name !== 'title'); // a name for reports, not for readers
  if (link.type === 'wrong') problems.push({ line, message: link.message, fix: link.fix });
  if (link.type !== 'tracked') return;
  const source = `{{tracked ${[links.push(link.target) - 1, ...link.target.values].join(' ')}}}`;
  const tag: Tag = { kind: 'value', source, line, block: -1, name: '' };
  open.attrSet('href', markOf(tags.push(tag) - 1));
}

function lookAtImage({ problems }: Found, image: Token, line: number): void {
  const source = attribute(image, 'src');
  if (!/^https:\/\/[^\s\uE000]+$/.test(source))
    problems.push({
      line,
      message: 'an image is at no fixed address',
      fix: 'write it like https://example.com/picture.png',
    });
}

const attribute = (token: Token, name: string): string => String(token.attrGet(name) ?? '');
