import type MarkdownIt from 'markdown-it';
import type { Tag } from './expressions';
import { tagIndex } from './markdown';
import type { TemplateProblem } from './template-problem';

type Token = MarkdownIt.Token;

const tagOf = (tags: readonly Tag[], token: Token | undefined): Tag | undefined => token && tags[tagIndex(token) ?? -1];

/**
 * Takes lists out of loops: of `{{#each}}`, a list, `{{/each}}` Markdown makes a list for each round, where one list with an item
 * for each round is meant. Only where every branch of the loop is one list.
 */
export function hoistLists(tokens: readonly Token[], tags: readonly Tag[]): readonly Token[] {
  return tokens.reduce<readonly Token[]>((all, token) => {
    const tag = tagOf(tags, token);
    return tag?.kind === 'open' && tag.name === 'each' ? hoisted(all, { start: all.indexOf(token), tag, tags }) : all;
  }, tokens);
}

interface Loop {
  readonly start: number;
  readonly tag: Tag;
  readonly tags: readonly Tag[];
}

function hoisted(tokens: readonly Token[], { start, tag, tags }: Loop): readonly Token[] {
  const own = [...tokens.keys()].filter((index) => tagOf(tags, tokens[index])?.block === tag.block);
  const end = own.at(-1) ?? start;
  const branches = own.slice(0, -1).map((from, index) => tokens.slice(from + 1, own[index + 1]));
  const [open] = branches[0] ?? [];
  const close = branches[0]?.at(-1);
  if (!open || !close || !branches.every((branch) => isList(branch, open))) return tokens;
  const inner = own.flatMap((at, index) => [...tokens.slice(at, at + 1), ...(branches[index]?.slice(1, -1) ?? [])]);
  return [...tokens.slice(0, start), open, ...inner, close, ...tokens.slice(end + 1)];
}

/** Whether tokens are one whole list of the same kind as the one that `like` opens. */
function isList(branch: readonly Token[], like: Token): boolean {
  const [first] = branch;
  if (first?.type !== like.type || !first.type.endsWith('_list_open')) return false;
  const closing = first.type.replace('_open', '_close');
  const end = branch.findIndex(({ type, level }) => type === closing && level === first.level);
  return end === branch.length - 1;
}

/** Blocks that begin inside a paragraph, a list or bold text and end outside it, so that broken HTML would come of them. */
export function crossings(tokens: readonly Token[], tags: readonly Tag[]): readonly TemplateProblem[] {
  const open: (string | number)[] = [];
  const crossed = new Map<number, TemplateProblem>();
  for (const token of tokens.flatMap((one) => (one.type === 'inline' ? (one.children ?? []) : [one]))) {
    const tag = tagOf(tags, token);
    if (!tag) keepStack(open, token);
    else if (tag.kind === 'open') open.push(tag.block);
    else if (tag.kind !== 'value' && open.at(-1) !== tag.block) crossed.set(tag.block, crossing(tag));
    if (tag?.kind === 'close') removeLast(open, tag.block);
  }
  return [...crossed.values()];
}

function keepStack(open: (string | number)[], { type, nesting }: Token): void {
  const name = type.replace(/_(open|close)$/, '');
  if (nesting === 1) open.push(name);
  if (nesting === -1) removeLast(open, name);
}

function removeLast(open: (string | number)[], one: string | number): void {
  const index = open.lastIndexOf(one);
  if (index >= 0) open.splice(index, 1);
}

const crossing = ({ name, line }: Tag): TemplateProblem => ({
  line,
  message: `{{#${name}}} begins in one part of the text and ends in another`,
  fix: `keep {{#${name}}} and {{/${name}}} within one paragraph, or put each on a line of its own`,
});
