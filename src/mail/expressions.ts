import Handlebars from 'handlebars';
import { suggestion } from '../domain/yaml/closest';
import { lookUp, namesIn, type Scopes, scopesInside, unknownName } from './scope';
import type { Shape } from './shape';
import type { Said, TemplateProblem } from './template-problem';

/** One `{{…}}` of a template. */
export interface Tag {
  readonly kind: 'value' | 'open' | 'else' | 'close';
  /** As the compiled template has it. */
  readonly source: string;
  readonly line: number;
  /** Of a block: the same for its open, else and close. */
  readonly block: number;
  /** The block's helper; the path of a value, from the root where it is known. */
  readonly name: string;
}

export interface Marked {
  /** The text with each tag replaced by its mark. */
  readonly text: string;
  readonly tags: readonly Tag[];
  readonly problems: readonly TemplateProblem[];
}

/** Stands for tag `index` where Markdown is read: private-use letters that no text has. `{` makes Markdown look at it. */
export const markOf = (index: number): string => `{\uE000${index}\uE001}`;
export const MARKS = /\{\uE000(\d+)\uE001\}/g;

const BLOCKS: readonly string[] = ['if', 'unless', 'each', 'with'];
/** Reads the expressions of a text and looks at each: only known names, only `if`, `unless`, `each` and `with`. */
export function markExpressions(source: string, shape: Shape, firstLine: number): Marked {
  const reading: Reading = { tags: [], problems: [], firstLine };
  const clean = source.replaceAll(/[\uE000\uE001]/g, '');
  try {
    const { body } = Handlebars.parseWithoutProcessing(clean);
    return { text: readAll(reading, body, [{ shape, path: '', isLoop: false }]), ...reading };
  } catch (error) {
    return { text: '', tags: [], problems: [syntaxProblem(error, firstLine)] };
  }
}

interface Reading {
  readonly tags: Tag[];
  readonly problems: TemplateProblem[];
  readonly firstLine: number;
}

function readAll(reading: Reading, nodes: readonly hbs.AST.Statement[], scopes: Scopes): string {
  return nodes.map((node) => readNode(reading, node, scopes)).join('');
}

function readNode(reading: Reading, node: hbs.AST.Statement, scopes: Scopes): string {
  switch (node.type) {
    case 'ContentStatement':
      return (node as hbs.AST.ContentStatement).value; // the type names the node
    case 'MustacheStatement':
      return readValue(reading, node as hbs.AST.MustacheStatement, scopes);
    case 'BlockStatement':
      return readBlock(reading, node as hbs.AST.BlockStatement, scopes);
    case 'CommentStatement':
      return '';
    default:
      complain(reading, node, STRANGE);
      return '';
  }
}

const STRANGE = {
  message: 'partials, decorators and raw blocks mean nothing in a mail',
  fix: 'write its text, with {{#if}}, {{#unless}}, {{#each}} and {{#with}}',
};

function complain(reading: Reading, node: hbs.AST.Node, said: Said): void {
  reading.problems.push({ line: lineOf(reading, node), ...said });
}

const lineOf = ({ firstLine }: Reading, node: hbs.AST.Node): number => firstLine - 1 + node.loc.start.line;

function add(reading: Reading, tag: Tag): string {
  return markOf(reading.tags.push(tag) - 1);
}

function readValue(reading: Reading, node: hbs.AST.MustacheStatement, scopes: Scopes): string {
  if (!node.escaped) {
    const fix = 'write {{…}}: values never bring their own HTML';
    complain(reading, node, { message: 'an unescaped value', fix });
  }
  const path = plainPath(node);
  if (!path) {
    complain(reading, node, { message: 'only names can be printed, with nothing behind them', fix: 'write {{name}}' });
    return '';
  }
  const found = lookUp(path, scopes);
  if (!found) complain(reading, node, unknownName(path.original, scopes));
  else if (found.shape.type !== 'value')
    complain(reading, node, { message: `"${path.original}" is no single value`, fix: suggestion('', namesIn(found)) });
  const source = `{{${path.original}}}`;
  return add(reading, { kind: 'value', source, line: lineOf(reading, node), block: -1, name: found?.path ?? '' });
}

/** The path of an expression that is nothing but a path. */
function plainPath(node: hbs.AST.MustacheStatement): hbs.AST.PathExpression | undefined {
  const { path, params, hash } = node;
  return params.length === 0 && !hash && path.type === 'PathExpression' ? (path as hbs.AST.PathExpression) : undefined; // the type names the node
}

function readBlock(reading: Reading, node: hbs.AST.BlockStatement, scopes: Scopes): string {
  const head = blockHead(node);
  if ('message' in head) {
    complain(reading, node, head);
    return '';
  }
  const { helper, path } = head;
  const found = lookUp(path, scopes);
  if (!found) complain(reading, node, unknownName(path.original, scopes));
  const misfit = found && MISFITS[helper]?.(found.shape);
  if (misfit) complain(reading, node, { message: `"${path.original}" ${misfit.message}`, fix: misfit.fix });
  const block = reading.tags.length;
  const tag = (kind: Tag['kind'], source: string) =>
    add(reading, { kind, source, line: lineOf(reading, node), block, name: helper });
  const opened = tag('open', `{{#${helper} ${path.original}}}`);
  const inner = readAll(reading, node.program.body, scopesInside(helper, found, scopes));
  return [opened, inner, readElse(reading, { node, scopes, tag }), tag('close', `{{/${helper}}}`)].join('');
}

interface BlockRest {
  readonly node: hbs.AST.BlockStatement;
  readonly scopes: Scopes;
  readonly tag: (kind: Tag['kind'], source: string) => string;
}

function readElse(reading: Reading, { node, scopes, tag }: BlockRest): string {
  if (!node.inverse) return '';
  return tag('else', '{{else}}') + readAll(reading, node.inverse.body, scopes);
}

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

/** The parser says the line in its message and nowhere else. */
function syntaxProblem(error: unknown, firstLine: number): TemplateProblem {
  const { message, lineNumber }: { message: string; lineNumber?: number } =
    error instanceof Error ? error : { message: String(error) };
  const line = lineNumber ?? Number(/ on line (\d+)/.exec(message)?.[1] ?? 1);
  const [words] = message.split(/:\n| - \d+:\d+$/);
  return {
    line: firstLine - 1 + line,
    message: `an expression is broken before here: ${words}`,
    fix: 'look for {{ without }}, and for {{#if}} without {{/if}}',
  };
}
