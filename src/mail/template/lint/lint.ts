import { parseDocument } from 'htmlparser2';
import { ViveiroError } from '../../../domain/errors';
import type { Problem } from '../../../domain/yaml/problem';
import { type Rendered, render } from '../../render';
import type { Compiled } from '../compile';
import type { SourceFile } from '../files';
import { problemAt, problemsInOrder } from '../problem';
import { type SampleFilling, sampleOf } from '../sample-data';
import type { Origin } from '../source';
import { altProblems } from './alt';
import { contrastProblems } from './legible';
import { treeOf, wordsIn } from './page';

/** Gmail cuts a mail off behind it, and what stands at the end, like the way to unsubscribe, with it. */
export const MOST_BYTES = 102 * 1024;

/**
 * Everything that speaks against publishing a text, errors and warnings, besides what reading it has found. `purpose`: of the mail;
 * default: as its head says.
 */
export function lint(
  compiled: Compiled,
  { sample, purpose = compiled.draft.purpose }: { readonly sample?: SourceFile; readonly purpose?: string },
): readonly Problem[] {
  const { draft, noted } = compiled;
  const page = treeOf(noted, draft.origin);
  const isMarkdown = draft.files[0]?.path.endsWith('.md') ?? false;
  const { filling, problems } = sampleOf(draft.name, draft.locale, sample);
  return problemsInOrder([
    ...problems,
    ...altProblems(page, { isMarkdown }),
    ...contrastProblems(page),
    ...deadHosts(compiled),
    ...(isSound(compiled) ? renderedProblems(compiled, filling, purpose) : []),
  ]);
}

/** What reading has found cannot be filled, and was told. */
const isSound = ({ draft, problems }: Compiled): boolean =>
  [...draft.body.problems, ...problems].every(
    ({ severity, code }) => severity !== 'error' || code !== 'VIV_TEMPLATE_INVALID',
  );

/** Hosts that no reader can reach. */
const UNREACHABLE = /^(localhost|[^.]+|.*\.(local|localhost|internal|lan|home|invalid)|[\d.]+|\[.*\])$/i;

function deadHosts({ draft, text }: Compiled): readonly Problem[] {
  const tracked = draft.body.tags.filter(({ kind }) => kind === 'tracked');
  return tracked.flatMap(({ source, origin }) => {
    const target = text.links[Number(/^\{\{tracked (\d+)/.exec(source)?.[1])];
    const host = target && URL.canParse(target.literals.join('x')) ? new URL(target.literals.join('x')).hostname : '';
    if (host === '' || !UNREACHABLE.test(host)) return [];
    const said = {
      message: `nobody outside can reach "${host}"`,
      fix: 'write the name that the page has for everyone',
    };
    return [problemAt(origin, said, { code: 'VIV_LINK_DEAD' })];
  });
}

function renderedProblems(compiled: Compiled, filling: SampleFilling, purpose: string): readonly Problem[] {
  const { draft, text } = compiled;
  try {
    const rendered = render(text, filling, draft.name);
    const footer = purpose === 'transactional' ? [] : footerProblems(compiled, rendered, filling);
    return [...sizeProblems(rendered, draft.origin), ...footer];
  } catch (error) {
    if (!(error instanceof ViveiroError)) throw error;
    return [missingValue(compiled, error)];
  }
}

/** The engine names a value and not where it stands. */
function missingValue({ draft }: Compiled, { message }: ViveiroError): Problem {
  const [, name = ''] = /: "([^"]+)" /.exec(message) ?? [];
  const tag = draft.body.tags.find((one) => one.name === name || one.name.endsWith(`.${name}`));
  const [, why = message] = /recipient: (.*?);/.exec(message) ?? [];
  const fix = 'put {{#if …}} around it, or say it in sample.yaml if everyone has it';
  return problemAt(
    tag?.origin ?? draft.origin,
    { message: `for the sample, ${why}`, fix },
    { code: 'VIV_TEMPLATE_VALUE_MISSING' },
  );
}

function sizeProblems({ html }: Rendered, origin: Origin): readonly Problem[] {
  const bytes = Buffer.byteLength(html);
  if (bytes <= MOST_BYTES) return [];
  const kb = Math.ceil(bytes / 1024);
  const said = {
    message: `the page has ${kb} KB, and Gmail cuts off what is over 102 KB`,
    fix: 'say less, or link to the rest',
  };
  return [problemAt(origin, said, { code: 'VIV_MAIL_TOO_LARGE' })];
}

/** Marketing mail says who sends it and how to end it, in the page and in the text. */
function footerProblems({ draft, text }: Compiled, { html, text: plain }: Rendered, { footer }: SampleFilling) {
  if (!footer) return []; // a mail to sales
  const page = parseDocument(html);
  const words = flat(wordsIn(treeOf(html, draft.origin)));
  const places = [
    { origin: draft.origin, hasLink: hasHref(page, footer.unsubscribeUrl), words },
    ...(text.text === null
      ? []
      : [{ origin: draft.textOrigin, hasLink: plain.includes(footer.unsubscribeUrl), words: flat(plain) }]),
  ];
  return places.flatMap(({ origin, hasLink, words: said }) => [
    ...(hasLink ? [] : [problemAt(origin, NO_WAY_OUT, { code: 'VIV_UNSUBSCRIBE_MISSING' })]),
    ...(said.includes(flat(footer.postalAddress))
      ? []
      : [problemAt(origin, NO_ADDRESS, { code: 'VIV_POSTAL_ADDRESS_MISSING' })]),
  ]);
}

const FOOTER = 'end it with {{> footer}}';
const NO_WAY_OUT = {
  message: 'there is no way to unsubscribe',
  fix: `${FOOTER}, link to {{links.unsubscribe}}, or say \`purpose: transactional\` in its head`,
};
const NO_ADDRESS = {
  message: 'there is no postal address',
  fix: `${FOOTER}, write {{sender.postalAddress}}, or say \`purpose: transactional\` in its head`,
};

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

type Node = ReturnType<typeof parseDocument>['children'][number];
const hasHref = (parent: { readonly children: readonly Node[] }, url: string): boolean =>
  parent.children.some(
    (node) => ('attribs' in node && node.attribs.href === url) || ('children' in node && hasHref(node, url)),
  );
