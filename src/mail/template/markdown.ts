import MarkdownIt from 'markdown-it';
import { isOfBlock, MARKS, markOf, marksIn, type Tag } from './tags';

type Token = MarkdownIt.Token;

/** Type of the tokens that stand for tags: see `tagIndex`. */
const TAG = 'template_tag';

/** The tag that a token stands for; undefined for all others. */
export function tagIndex({ type, meta }: Token): number | undefined {
  const index = type === TAG ? meta?.tag : undefined;
  return typeof index === 'number' ? index : undefined;
}

const ONE_MARK = /\{\uE000(\d+)\uE001\}/y;

/** Markdown in which tags are tokens of their own and come out as their marks: what they print is never read as Markdown. */
export function templateMarkdown(tags: readonly Tag[]): MarkdownIt.MarkdownIt {
  const markdown = new MarkdownIt('commonmark', { html: false }).enable(['table', 'strikethrough']);
  markdown.validateLink = () => true; // whoever looks at the links says what is wrong, and where
  markdown.normalizeLink = (address) => address;
  markdown.inline.ruler.before('text', TAG, (state, silent) => {
    ONE_MARK.lastIndex = state.pos;
    const match = ONE_MARK.exec(state.src);
    if (!match) return false;
    if (!silent) state.push(TAG, '', 0).meta = { tag: Number(match[1]) };
    state.pos = ONE_MARK.lastIndex;
    return true;
  });
  const aloneOn = (line: string) => marksAlone(line, tags);
  markdown.block.ruler.before(
    'paragraph',
    TAG,
    (state, startLine, _endLine, silent) => {
      const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
      const indexes = aloneOn(state.src.slice(start, state.eMarks[startLine]));
      if (indexes.length === 0) return false;
      if (silent) return true;
      for (const tag of indexes)
        Object.assign(state.push(TAG, '', 0), { meta: { tag }, map: [startLine, startLine + 1] });
      state.line = startLine + 1;
      return true;
    },
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
  );
  markdown.renderer.rules[TAG] = (tokens, index) => markOf(tokens[index]?.meta?.tag as number); // set above
  return markdown;
}

const isBlock = (tag: Tag | undefined): boolean => tag !== undefined && isOfBlock(tag);

/** Tags of blocks that have a line to themselves: they stand around paragraphs and lists, not in them. */
function marksAlone(line: string, tags: readonly Tag[]): readonly number[] {
  if (line.replaceAll(MARKS, '').trim() !== '') return [];
  const indexes = marksIn(line);
  return indexes.every((index) => isBlock(tags[index])) ? indexes : [];
}
