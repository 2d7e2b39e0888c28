import { z } from 'zod';
import { slug } from '../../domain/sequence/names';
import { parseYaml } from '../../domain/yaml/parse';
import type { Problem } from '../../domain/yaml/problem';
import { problemAt } from './problem';

const headSchema = z.strictObject({
  subject: z.string().trim().min(1).max(500).meta({ description: 'Plain text; may name data.' }),
  preheader: z
    .string()
    .trim()
    .max(500)
    .default('')
    .meta({ description: 'What a list of mails shows after the subject.' }),
  layout: slug.optional().meta({ description: 'A file in _layouts/; default for Markdown: our own.' }),
  purpose: z
    .enum(['marketing', 'transactional'])
    .default('marketing')
    .meta({ description: 'transactional: the mail needs no way to unsubscribe.' }),
});

/** A text of the head and the line that it stands on. */
export interface HeadText {
  readonly text: string;
  readonly line: number;
}

export interface TemplateParts {
  readonly subject: HeadText;
  /** Empty for none. */
  readonly preheader: HeadText;
  readonly layout: HeadText | undefined;
  readonly purpose: 'marketing' | 'transactional';
  readonly body: string;
  /** Of the body's first line, in the file. */
  readonly bodyLine: number;
}

const FENCE = /^---[ \t]*$/;

/** Cuts a template into its head (YAML between two lines `---`) and its body. */
export function cutTemplate(text: string, file: string): TemplateParts | { readonly problems: readonly Problem[] } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const end = lines.findIndex((line, index) => index > 0 && FENCE.test(line));
  if (!FENCE.test(lines[0] ?? '') || end < 0) return { problems: [problemAt({ file, line: 1 }, HEADLESS)] };
  const head = parseYaml(['', ...lines.slice(1, end)].join('\n'), file, headSchema); // an empty line keeps the lines' numbers
  if (head.type === 'invalid') return head;
  const { subject, preheader, layout, purpose } = head.value;
  const at = (key: string, words: string): HeadText => ({
    text: words,
    line: head.tree.placeOf([key], 'value').line,
  });
  return {
    subject: at('subject', subject),
    preheader: at('preheader', preheader),
    layout: layout === undefined ? undefined : at('layout', layout),
    purpose,
    body: lines.slice(end + 1).join('\n'),
    bodyLine: end + 2,
  };
}

const HEADLESS = {
  message: 'it does not begin with a head',
  fix: 'begin it with a line ---, then subject: "…", then a line ---',
};
