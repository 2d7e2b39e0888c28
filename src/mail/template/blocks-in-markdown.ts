import type MarkdownIt from 'markdown-it';
import type { Problem } from '../../domain/yaml/problem';
import { tagIndex } from './markdown';
import { problemAt, type Said } from './problem';
import type { Tag } from './tags';

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
export function crossings(tokens: readonly Token[], tags: readonly Tag[]): readonly Problem[] {
  const open: Part[] = [];
  const found = new Map<number, Tag>();
  for (const token of tokens.flatMap((one) => (one.type === 'inline' ? (one.children ?? []) : [one]))) {
    const part = partOf(token, tagOf(tags, token));
    for (const tag of crossedBy(part, open)) found.set(tag.block, tag);
  }
  return [...found.values()].map(crossing);
}

/** Notes how a part moves; what was begun inside it and is not at its end by now crosses it. */
function crossedBy(part: Part, open: Part[]): readonly Tag[] {
  if (part.move === 'begin') open.push(part);
  const at = open.findLastIndex(({ key }) => key === part.key);
  const inside = open.slice(at + 1);
  if (part.move === 'end' && at >= 0) open.splice(at, 1);
  return at < 0 || inside.length === 0 ? [] : [part, ...inside].flatMap(({ tag }) => tag ?? []);
}

/** An element of HTML or a block, as it begins, goes on or ends. */
interface Part {
  readonly key: string | number;
  readonly move: 'begin' | 'go_on' | 'end';
  readonly tag: Tag | undefined;
}

const MOVES = {
  open: 'begin',
  else: 'go_on',
  close: 'end',
  value: 'go_on',
  formatted: 'go_on',
  tracked: 'go_on',
} as const satisfies { readonly [K in Tag['kind']]: Part['move'] };

function partOf({ type, nesting }: Token, tag: Tag | undefined): Part {
  if (tag) return { key: tag.block, move: MOVES[tag.kind], tag };
  const move = nesting === 1 ? 'begin' : nesting === -1 ? 'end' : 'go_on';
  return { key: type.replace(/_(open|close)$/, ''), move, tag: undefined };
}

const crossing = ({ name, origin }: Tag): Problem => problemAt(origin, crossed(name));

/** What to say of a block that does not end where it began. */
export const crossed = (block: string): Said => ({
  message: `{{#${block}}} begins in one part of the text and ends in another`,
  fix: `keep {{#${block}}} and {{/${block}}} within one paragraph, or put each on a line of its own`,
});
