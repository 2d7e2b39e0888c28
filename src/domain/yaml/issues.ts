import type { z } from 'zod';
import { suggestion } from './closest';
import type { Found, Path } from './problem';
import { keysAt } from './schema-at';
import { expectedWord, foundWord, oneOf, valueAt } from './words';

type Issue = z.core.$ZodIssue;

export interface Checked {
  readonly schema: z.ZodType;
  readonly input: unknown;
}

/** What a schema found wrong, in words of the file: all of it, each with what to do. */
export function foundIn(issues: readonly Issue[], checked: Checked): readonly Found[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], checked));
    const value = valueAt(checked.input, path);
    if (value === undefined && issue.code !== 'custom') return [missingKey(path, issue)];
    if (issue.code === 'invalid_union') return unionProblems(issue, path, checked);
    if (issue.code === 'invalid_key')
      return [{ ...invalid(path, issue.issues[0] ?? issue, path.at(-1)), at: 'key' as const }];
    const wrong = invalid(path, issue, value);
    return [issue.code === 'custom' ? (aboutNeededKeys(issue.message, wrong, value) ?? wrong) : wrong];
  });
}

/** What a refinement says of keys of which it needs one, like "needs either `template:` or `variants:`": none is there, or all are. */
function aboutNeededKeys(message: string, wrong: Found, value: unknown): Found | undefined {
  if (!message.startsWith('needs ') || typeof value !== 'object' || value === null) return undefined;
  const keys = [...message.matchAll(/`(\w+):/g)].flatMap(([, key]) => key ?? []);
  const present = keys.filter((key) => Object.hasOwn(value, key));
  if (keys.length > 0 && present.length === 0) return { ...wrong, code: 'VIV_KEY_MISSING' };
  if (!message.startsWith('needs either ') || present.length < 2) return undefined;
  return { ...wrong, message: `has \`${present.join('` and `')}\` at once`, fix: 'keep one of them' };
}

function unknownKey(path: Path, { schema, input }: Checked): Found {
  const key = String(path.at(-1));
  const present = Object.keys(valueAt(input, path.slice(0, -1)) ?? {});
  const known = keysAt(schema, path.slice(0, -1), input).filter((one) => !present.includes(one));
  const message = `unknown key \`${key}\``;
  const fix = suggestion(key, known).replaceAll('"', '`');
  return { severity: 'error', code: 'VIV_KEY_UNKNOWN', path, at: 'key', message, fix };
}

function missingKey(path: Path, issue: Issue): Found {
  const key = String(path.at(-1) ?? 'everything');
  const expected = expectation(issue);
  const fix = expected === undefined ? 'write it' : `write \`${key}:\` with ${expected}`;
  return { severity: 'error', code: 'VIV_KEY_MISSING', path, at: 'value', message: `\`${key}\` is missing`, fix };
}

function invalid(path: Path, issue: Issue, value: unknown): Found {
  const [message = '', ...rest] = wordsOf(issue).split('; ');
  const isPlain = value !== null && typeof value !== 'object' && value !== undefined;
  const said = isPlain && !message.includes(String(value)) ? `${message} (found ${foundWord(value)})` : message;
  const fix = rest.length > 0 ? nearer(rest.join('; '), value) : fixOf({ issue, message, value });
  return { severity: 'error', code: 'VIV_VALUE_INVALID', path, at: 'value', message: said, fix };
}

const KNOWN = /^known: /;

/** A list of all that is known, or the one of them that was meant. */
function nearer(fix: string, value: unknown): string {
  return KNOWN.test(fix) ? suggestion(String(value), fix.replace(KNOWN, '').split(', ')) : fix;
}

interface Wrong {
  readonly issue: Issue;
  readonly message: string;
  readonly value: unknown;
}

function fixOf({ issue, message, value }: Wrong): string {
  if (issue.code === 'invalid_value') return suggestion(String(value), issue.values.map(String));
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof value !== 'object')
    return `put it in quotes: "${String(value)}"`;
  const [, must, needs] = /^(?:must be (.*)|needs (.*))$/s.exec(message) ?? [];
  if (must !== undefined) return `write ${must}`;
  return needs === undefined ? 'correct it' : `add ${needs}`;
}

/** zod's own English begins with these words; everything else is a message of ours. */
const DEFAULT_MESSAGE = /^(Invalid|Too small|Too big|Unrecognized)/;

function wordsOf(issue: Issue): string {
  if (!DEFAULT_MESSAGE.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_value':
      return `must be ${expectation(issue)}`;
    case 'too_small':
      return `must ${sizeWord(issue.origin)} at least ${issue.minimum}`;
    case 'too_big':
      return `must ${sizeWord(issue.origin)} at most ${issue.maximum}`;
    case 'invalid_format':
      return `not a valid ${issue.format === 'email' ? 'e-mail address; write one like ana@example.com' : issue.format}`;
    default:
      return issue.message;
  }
}

const sizeWord = (origin: string): string =>
  ({ string: 'have a number of letters of', array: 'have a number of parts of' })[origin] ?? 'be';

/** What would have been right, if the issue says so. */
function expectation(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return expectedWord(issue.expected);
  if (issue.code === 'invalid_value') return oneOf(issue.values);
  if (issue.code !== 'invalid_union') return undefined;
  const options = typesOf(issue);
  if (options) return oneOf(options);
  const parts = issue.errors.flatMap(([first]) => (first ? (expectation(first) ?? []) : []));
  return parts.length > 0 ? [...new Set(parts)].join(', or ') : undefined;
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

/** The values of `type` that a discriminated union knows: zod gives them, its types do not say so. */
const typesOf = (issue: UnionIssue): readonly string[] | undefined =>
  (issue as { readonly options?: readonly unknown[] }).options?.map(String);

/** Of a choice of forms only the one that was meant: of its kind of value, with the fewest faults; all of them in one line when none was. */
function unionProblems(issue: UnionIssue, path: Path, checked: Checked): readonly Found[] {
  const value = valueAt(checked.input, path);
  const wrong = (message: string, fix: string): readonly Found[] => [
    { severity: 'error', code: 'VIV_VALUE_INVALID', path, at: 'value', message, fix },
  ];
  const types = typesOf(issue);
  if (types) return wrong(`unknown type ${foundWord(value)}, not ${oneOf(types)}`, suggestion(String(value), types));
  const isMeant = (issues: readonly Issue[]) => issues.every((one) => one.path.length > 0 || !isKind(one));
  const [meant] = issue.errors.filter(isMeant).toSorted((a, b) => faultsIn(a) - faultsIn(b));
  if (meant)
    return foundIn(
      meant.map((one) => ({ ...one, path: [...path, ...one.path] })),
      checked,
    );
  const expected = expectation(issue) ?? 'something else';
  const values = issue.errors.flatMap(([first]) => (first?.code === 'invalid_value' ? first.values.map(String) : []));
  const fix = values.length > 0 ? suggestion(String(value), values) : `write ${expected}`;
  return wrong(`must be ${expected} (found ${foundWord(value)})`, fix);
}

const faultsIn = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);

const isKind = ({ code }: Issue): boolean => code === 'invalid_type' || code === 'invalid_value';
