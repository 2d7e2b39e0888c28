import Handlebars from 'handlebars';
import { suggestion } from '../../domain/yaml/closest';
import type { Problem } from '../../domain/yaml/problem';
import { callSource } from './helper-calls';
import { problemAt, type Said } from './problem';
import { lookUp, namesIn, rootScope, type Scope, type Scopes, scopesInside, unknownName } from './scope';
import type { Shape } from './shape';
import { createSourceWriter, type Origin, type SourceText, type SourceWriter } from './source';
import { markOf, type Tag, withoutMarks } from './tags';

/** What `{{> name}}` stands for: a text to read in its place, or one that was read before. */
export type Partial =
  | { readonly type: 'file'; readonly file: string; readonly text: string }
  | { readonly type: 'read'; readonly source: SourceText };

/** The tags of a template's texts, and what was found wrong with them. */
export interface Marks {
  readonly tags: Tag[];
  readonly problems: Problem[];
}

export interface Reading {
  readonly marks: Marks;
  readonly shape: Shape;
  /** Of the template. */
  readonly locale: string;
  /** Answers what may be included instead, if there is none of the name. */
  readonly partial: (name: string) => Partial | { readonly known: readonly string[] };
}

/** Where an expression stands. */
interface Place extends Reading {
  readonly writer: SourceWriter;
  /** Of the text's first line. */
  readonly start: Origin;
  readonly scopes: Scopes;
  /** Paths that are known to have a value there. */
  readonly sure: readonly string[];
  /** Files that are being included. */
  readonly within: readonly string[];
}

/**
 * Reads the expressions of a text, with what it includes, and looks at each: only known names, only `if`, `unless`, `each` and `with`,
 * only our helpers. Each tag is replaced by its mark.
 */
export function markExpressions(text: string, start: Origin, reading: Reading): SourceText {
  const writer = createSourceWriter();
  const scopes = [rootScope(reading.shape)];
  readText(text, { ...reading, writer, start, scopes, sure: [], within: [start.file] });
  return writer.done();
}

function readText(text: string, place: Place): void {
  try {
    const { body } = Handlebars.parseWithoutProcessing(withoutMarks(text));
    readAll(body, place);
  } catch (error) {
    place.marks.problems.push(syntaxProblem(error, place.start));
  }
}

function readAll(nodes: readonly hbs.AST.Statement[], place: Place): void {
  for (const node of nodes) readNode(node, place);
}

function readNode(node: hbs.AST.Statement, place: Place): void {
  switch (node.type) {
    case 'ContentStatement': // the type names the node, here and below
      place.writer.write((node as hbs.AST.ContentStatement).value, originOf(node, place));
      break;
    case 'MustacheStatement':
      readValue(node as hbs.AST.MustacheStatement, place);
      break;
    case 'BlockStatement':
      readBlock(node as hbs.AST.BlockStatement, place);
      break;
    case 'PartialStatement':
      readPartial(node as hbs.AST.PartialStatement, place);
      break;
    case 'CommentStatement':
      break;
    default:
      complain(node, place, STRANGE);
  }
}

const STRANGE = {
  message: 'decorators, raw blocks and partials with a body mean nothing in a mail',
  fix: 'write its text, with {{#if}}, {{#unless}}, {{#each}} and {{#with}}',
};

function complain(node: hbs.AST.Node, place: Place, said: Said): void {
  place.marks.problems.push(problemAt(originOf(node, place), said));
}

const originOf = (node: hbs.AST.Node, { start }: Place): Origin => ({
  file: start.file,
  line: start.line - 1 + node.loc.start.line,
});

function add(place: Place, tag: Tag): void {
  place.writer.write(markOf(place.marks.tags.push(tag) - 1), tag.origin);
}

function readValue(node: hbs.AST.MustacheStatement, place: Place): void {
  if (!node.escaped)
    complain(node, place, {
      message: 'an unescaped value',
      fix: 'write {{…}}: values never bring their own HTML',
    });
  const { path, params, hash } = node;
  if (params.length > 0 || hash) {
    readCall(node, place);
    return;
  }
  if (path.type !== 'PathExpression') {
    complain(node, place, { message: 'only names can be printed', fix: 'write {{name}}' });
    return;
  }
  const name = path as hbs.AST.PathExpression;
  const found = checkedValue(node, name, place);
  if (found?.shape.type === 'value' && found.shape.isInstant) {
    const fix = `write {{date ${name.original}}}`;
    complain(node, place, { message: `"${name.original}" is a point in time`, fix });
  }
  const source = `{{${name.original}}}`;
  add(place, { kind: 'value', source, origin: originOf(node, place), block: -1, name: found?.path ?? '' });
}

/** What a path that is printed means; says so if that is nothing, no single value, or nothing that everyone has. */
function checkedValue(node: hbs.AST.Node, path: hbs.AST.PathExpression, place: Place): Scope | undefined {
  const found = lookUp(path, place.scopes);
  if (!found) complain(node, place, unknownName(path.original, place.scopes));
  else if (found.shape.type !== 'value')
    complain(node, place, {
      message: `"${path.original}" is no single value`,
      fix: suggestion('', namesIn(found)),
    });
  else warnOfUnsure(node, found, place);
  return found;
}

/** A hole in a sentence, or a mail that is not sent. */
function warnOfUnsure(node: hbs.AST.Node, { unsure, path }: Scope, place: Place): void {
  if (unsure === null || place.sure.some((sure) => sure === unsure || sure === path)) return;
  const said = { message: `not everyone has "${path}"`, fix: `put {{#if ${unsure}}} … {{/if}} around it` };
  const problem = problemAt(originOf(node, place), said, { code: 'VIV_TEMPLATE_VALUE_UNSURE', severity: 'warning' });
  place.marks.problems.push(problem);
}

function readCall(node: hbs.AST.MustacheStatement, place: Place): void {
  const helper = node.path.type === 'PathExpression' ? (node.path as hbs.AST.PathExpression).original : ''; // the type names the node
  const [value, option, ...more] = node.params;
  const words = Object.fromEntries(
    (node.hash?.pairs ?? []).map(({ key, value: word }) => [key, literalOf(word) ?? '']),
  );
  const isOdd = (node.hash?.pairs ?? []).some(({ value: word }) => literalOf(word) === undefined);
  if (value?.type !== 'PathExpression' || more.length > 0 || isOdd) {
    complain(node, place, { message: `{{${helper} …}} takes a name first`, fix: `write {{${helper} name}}` });
    return;
  }
  const path = value as hbs.AST.PathExpression; // the type names the node
  const made = callSource({ helper, value: path.original, option: optionOf(option), words, locale: place.locale });
  if ('message' in made) {
    complain(node, place, made);
    return;
  }
  const found = checkedValue(node, path, place);
  if (option?.type === 'PathExpression') checkedValue(node, option as hbs.AST.PathExpression, place); // the type names the node
  const { source } = made;
  add(place, { kind: 'formatted', source, origin: originOf(node, place), block: -1, name: found?.path ?? '' });
}

/** The text of a literal; undefined for anything else. */
function literalOf({ type, ...rest }: hbs.AST.Expression): string | undefined {
  return type === 'StringLiteral' || type === 'NumberLiteral' ? String((rest as { value?: unknown }).value) : undefined; // the type says that it has one
}

function optionOf(option: hbs.AST.Expression | undefined): { text: string } | { path: string } | undefined {
  if (!option) return undefined;
  if (option.type === 'PathExpression') return { path: (option as hbs.AST.PathExpression).original }; // the type names the node
  return { text: literalOf(option) ?? '' };
}

function readBlock(node: hbs.AST.BlockStatement, place: Place): void {
  const head = blockHead(node);
  if ('message' in head) {
    complain(node, place, head);
    return;
  }
  const { helper, path } = head;
  const found = lookUp(path, place.scopes);
  if (!found) complain(node, place, unknownName(path.original, place.scopes));
  const misfit = found && MISFITS[helper]?.(found.shape);
  if (misfit) complain(node, place, { message: `"${path.original}" ${misfit.message}`, fix: misfit.fix });
  const block = place.marks.tags.length;
  const tag = (kind: Tag['kind'], source: string) =>
    add(place, { kind, source, origin: originOf(node, place), block, name: helper });
  const sure = found?.path == null ? place.sure : [...place.sure, found.path];
  const [sureThen, sureElse] = helper === 'unless' ? [place.sure, sure] : [sure, place.sure];
  tag('open', `{{#${helper} ${path.original}}}`);
  readAll(node.program.body, { ...place, scopes: scopesInside(helper, found, place.scopes), sure: sureThen });
  if (node.inverse) {
    tag('else', '{{else}}');
    readAll(node.inverse.body, { ...place, sure: sureElse });
  }
  tag('close', `{{/${helper}}}`);
}

const BLOCKS: readonly string[] = ['if', 'unless', 'each', 'with'];

function blockHead(
  node: hbs.AST.BlockStatement,
): Said | { readonly helper: string; readonly path: hbs.AST.PathExpression } {
  const [path, ...more] = node.params;
  const helper = node.path.type === 'PathExpression' ? (node.path as hbs.AST.PathExpression).original : ''; // the type names the node
  if (!BLOCKS.includes(helper)) return { message: `there is no block "${helper}"`, fix: suggestion(helper, BLOCKS) };
  if (
    path?.type !== 'PathExpression' ||
    more.length > 0 ||
    node.hash ||
    node.program?.blockParams?.length ||
    !node.program
  )
    return {
      message: `{{#${helper}}} takes one name and nothing else`,
      fix: `write {{#${helper} name}} … {{/${helper}}}`,
    };
  return { helper, path: path as hbs.AST.PathExpression }; // the type names the node
}

/** What a helper cannot take. */
const MISFITS: { readonly [helper: string]: (shape: Shape) => Said | undefined } = {
  each: ({ type }) => (type === 'list' ? undefined : { message: 'is no list', fix: 'use {{#if}} or {{#with}}' }),
  with: ({ type }) => (type === 'object' ? undefined : { message: 'has nothing inside', fix: 'use {{#if}}' }),
};

function readPartial(node: hbs.AST.PartialStatement, place: Place): void {
  const name = node.name.type === 'PathExpression' ? (node.name as hbs.AST.PathExpression).original : ''; // the type names the node
  if (name === '' || node.params.length > 0 || node.hash) {
    complain(node, place, { message: 'an inclusion takes one name and nothing else', fix: 'write {{> name}}' });
    return;
  }
  const partial = place.partial(name);
  if ('known' in partial) {
    complain(node, place, {
      message: `there is no partial "${name}" here`,
      fix: inclusionFix(name, partial.known),
    });
    return;
  }
  if (partial.type === 'read') {
    place.writer.append(partial.source);
    return;
  }
  const { file, text } = partial;
  if (place.within.includes(file)) {
    complain(node, place, { message: `"${name}" includes itself`, fix: 'take one of the inclusions away' });
    return;
  }
  const written = text.replace(/\n$/, ''); // the last line of a file ends where the text goes on
  readText(written, { ...place, start: { file, line: 1 }, within: [...place.within, file] });
}

const inclusionFix = (name: string, known: readonly string[]): string =>
  known.length > 0
    ? suggestion(name, known)
    : `write it: _partials/${name}.md, or .html or .mjml, as the file that includes it`;

/** The parser says the line in its message and nowhere else. */
function syntaxProblem(error: unknown, { file, line: firstLine }: Origin): Problem {
  const { message, lineNumber }: { message: string; lineNumber?: number } =
    error instanceof Error ? error : { message: String(error) };
  const line = lineNumber ?? Number(/ on line (\d+)/.exec(message)?.[1] ?? 1);
  const [words] = message.split(/:\n| - \d+:\d+$/);
  return problemAt(
    { file, line: firstLine - 1 + line },
    {
      message: `an expression is broken before here: ${words}`,
      fix: 'look for {{ without }}, and for {{#if}} without {{/if}}',
    },
  );
}
