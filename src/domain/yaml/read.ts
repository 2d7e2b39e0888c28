import {
  type Document,
  isAlias,
  isCollection,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { Json } from '../ids';
import { type Place, placeIn } from './place';
import type { Path, Problem } from './problem';
import { sizeProblem } from './size';

/** A YAML file as plain JSON, and where each part of it stands. */
export interface YamlTree {
  readonly file: string;
  readonly input: Json;
  readonly placeOf: (path: Path, at: 'value' | 'key') => Place;
}

export type ReadYaml =
  | { readonly type: 'read'; readonly tree: YamlTree }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] };

const MOST_LETTERS = 1_000_000;
const MOST_ERRORS = 20;
const CORE_TAGS = ['map', 'seq', 'str', 'int', 'float', 'bool', 'null'].map((name) => `tag:yaml.org,2002:${name}`);

/**
 * Reads one YAML 1.2 document of the core schema: no tags of any language, no date or binary values, text keys that
 * stand once. At most a million characters, and 100,000 values when aliases are unfolded.
 */
export function readYaml(text: string, file: string): ReadYaml {
  const counter = new LineCounter();
  const wrong = (offset: number, { code = 'VIV_YAML_INVALID', message, fix }: Wrong): Problem => {
    const { line, col } = counter.linePos(offset);
    return { severity: 'error', code, file, line: Math.max(1, line), column: Math.max(1, col), path: '', message, fix };
  };
  if (text.length > MOST_LETTERS)
    return invalid([wrong(0, { ...TOO_LARGE, message: `has ${text.length} characters, more than ${MOST_LETTERS}` })]);
  const document = parseDocument(text, { lineCounter: counter, schema: 'core', version: '1.2', prettyErrors: false });
  const broken = [...document.errors, ...document.warnings].slice(0, MOST_ERRORS);
  if (broken.length > 0) return invalid(unique(broken.map((error) => wrong(error.pos[0], syntaxProblem(error)))));
  const root = document.contents;
  if (root === null) return invalid([wrong(0, { message: 'the file is empty', fix: 'write its keys' })]);
  const strays = straysIn(document);
  if (strays.length > 0) return invalid(strays.map(({ offset, ...problem }) => wrong(offset, problem)));
  const tooLarge = sizeProblem(root, document);
  if (tooLarge !== undefined) return invalid([wrong(0, { ...TOO_LARGE, message: tooLarge })]);
  const input: Json = document.toJS({ maxAliasCount: -1 }); // sizeProblem has looked at what aliases unfold to
  return { type: 'read', tree: { file, input, placeOf: placeIn(document, counter) } };
}

interface Wrong {
  readonly code?: 'VIV_YAML_INVALID' | 'VIV_YAML_TOO_LARGE' | 'VIV_KEY_DUPLICATE' | 'VIV_VALUE_INVALID';
  readonly message: string;
  readonly fix: string;
}

const TOO_LARGE = { code: 'VIV_YAML_TOO_LARGE', fix: 'split it into smaller files' } as const;

function invalid(problems: readonly Problem[]): ReadYaml {
  return { type: 'invalid', problems };
}

function syntaxProblem({ code, message }: { readonly code: string; readonly message: string }): Wrong {
  switch (code) {
    case 'DUPLICATE_KEY':
      return { code: 'VIV_KEY_DUPLICATE', message: 'this key stands twice', fix: 'keep one of the two' };
    case 'MULTIPLE_DOCS':
      return { message: 'there is a second document after ---', fix: 'put it into a file of its own' };
    case 'TAG_RESOLVE_FAILED':
      return STRAY_TAG;
    case 'RESOURCE_EXHAUSTION':
      return { ...TOO_LARGE, message: 'it is nested too deep' };
    default:
      return { message: `not valid YAML: ${message}`, fix: 'look at the indent and the quotes around here' };
  }
}

const STRAY_TAG: Wrong = { message: 'a tag (!…) has no meaning here', fix: 'remove it, or put the text in quotes' };

/** One cause often makes the parser complain many times at one place. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  const one = (problem: Problem) =>
    problem.code === 'VIV_YAML_TOO_LARGE' ? problem.code : `${problem.line} ${problem.message}`;
  return [...new Map(problems.toReversed().map((problem) => [one(problem), problem])).values()].toReversed();
}

/** What YAML allows and a configuration file does not: keys that are no text, tags, aliases to nothing, text no database holds. */
function straysIn(document: Document): readonly (Wrong & { readonly offset: number })[] {
  const found: (Wrong & { readonly offset: number })[] = [];
  visit(document, (_, part) => {
    if (isPair(part)) {
      if (isCollection(part.key) || isAlias(part.key))
        found.push({
          offset: offsetOf(part.key),
          message: 'a key must be text',
          fix: 'write one word before the colon',
        });
      return;
    }
    const problem = strayProblem(part, document);
    if (problem) found.push({ offset: offsetOf(part), ...problem });
  });
  return found;
}

function strayProblem(part: unknown, document: Document): Wrong | undefined {
  if (isAlias(part))
    return part.resolve(document)
      ? undefined
      : { message: `nothing above is marked &${part.source}`, fix: `mark the part that *${part.source} stands for` };
  if (!isScalar(part) && !isCollection(part)) return undefined;
  if (part.tag !== undefined && !CORE_TAGS.includes(part.tag)) return STRAY_TAG;
  if (isScalar(part) && typeof part.value === 'string' && /\0|\p{Cs}/u.test(part.value))
    return { code: 'VIV_VALUE_INVALID', message: 'has a NUL character or half a surrogate pair', fix: 'remove it' };
  return undefined;
}

function offsetOf(part: unknown): number {
  return (part as Node | null)?.range?.[0] ?? 0; // visit hands out nodes; the parser gives each a range
}
