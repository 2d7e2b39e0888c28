import type { TemplateText, TrackedTarget } from '../../domain/template/content';
import type { Problem } from '../../domain/yaml/problem';
import type { Body } from './body';
import type { Draft } from './draft';
import { completed } from './layout';
import { withoutLines } from './line-marks';
import { trackAddresses, trackLinks } from './links-in-page';
import { type CompiledMjml, compileMjml } from './mjml';
import { problemAt } from './problem';
import { MARKS, type Tag } from './tags';

/** A template in one language, ready to be filled. */
export interface Compiled {
  readonly draft: Draft;
  readonly text: TemplateText;
  /** The page with marks, whose elements say their lines: to be looked at. */
  readonly noted: string;
  readonly problems: readonly Problem[];
}

/** A page as HTML, both as it is sent and with lines. */
export interface HtmlPage {
  readonly clean: string;
  readonly noted: string;
  readonly problems: readonly Problem[];
}

/** The page of a draft that was written in HTML or Markdown. */
export const htmlPage = ({ page }: Draft): HtmlPage => ({ ...page, problems: [] });

/** The page of a draft that was written in MJML. */
export async function mjmlPage({ page, source, origin }: Draft): Promise<HtmlPage> {
  const [clean, noted] = [await compileMjml(page.clean), await compileMjml(page.noted)];
  const placed = ({ problems }: CompiledMjml) =>
    problems.map(({ line, ...said }) => problemAt(source.lines[line - 1] ?? origin, said));
  return { clean: clean.html, noted: noted.html, problems: placed(clean) };
}

/** The last steps: links lead through us, the page gets what every mail needs, expressions come back. */
export function compileDraft(draft: Draft, page: HtmlPage): Compiled {
  const { locale, subject, preheader, body, origin, text } = draft;
  const { tags } = body;
  const problems: Problem[] = [...page.problems];
  const within = (target: Problem[], links: TrackedTarget[]): Body => ({ tags, links, problems: target });
  const noted = trackLinks(page.noted, within(problems, [...body.links]), origin);
  const links = [...body.links];
  const clean = withoutLines(trackLinks(page.clean, within([], links), origin));
  const plain = text === undefined ? null : trackAddresses(text, within(problems, links), draft.textOrigin);
  const hasPreheader = tags.some((tag) => tag.name === 'mail.preheader');
  const html = completed(withoutComments(withSources(clean, tags)), { locale, hasPreheader });
  return {
    draft,
    text: { locale, subject, preheader, html, text: plain === null ? null : withSources(plain, tags), links },
    noted,
    problems,
  };
}

/** Notes of whoever wrote the page are for nobody else; what stands in comments for Outlook is. */
const withoutComments = (html: string): string => html.replaceAll(/<!--(?!\[if|<!|>)[\s\S]*?-->\n?/g, '');

/** Marks become expressions again. Braces of the text itself stay text, also beside an expression. */
function withSources(text: string, tags: readonly Tag[]): string {
  const pieces = text.split(MARKS); // text and indexes in turn
  const last = pieces.length - 1;
  return pieces
    .map((piece, at) => {
      if (at % 2 === 1) return tags[Number(piece)]?.source ?? '';
      const open = piece.replaceAll('{{', '&#123;&#123;');
      const before = at < last ? open.replace(/\{$/, '&#123;') : open;
      return at > 0 ? before.replace(/^\}/, '&#125;') : before;
    })
    .join('');
}
