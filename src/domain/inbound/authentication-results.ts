/** What one method found. RFC 8601 §2.2, resinfo. */
export interface MethodResult {
  /** In lower case: spf, dkim, dmarc. */
  readonly method: string;
  /** In lower case: pass, fail, none. */
  readonly result: string;
  /** By `ptype.property` in lower case: header.from, smtp.mailfrom. */
  readonly properties: ReadonlyMap<string, string>;
  /** What stood in parentheses. */
  readonly comment: string;
}

/** One field Authentication-Results. */
export interface AuthenticationResults {
  /** authserv-id, in lower case: who has looked. */
  readonly server: string;
  readonly results: readonly MethodResult[];
}

/** Of a field: one that comes near to what is kept of a header may have lost its end. */
const LONGEST = 3_000;
const MOST_RESULTS = 50;
const KEYWORD = '[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?'; // RFC 5321 §4.1.2, and short
const METHOD = new RegExp(`^(${KEYWORD})(?:/\\d{1,5})?=(${KEYWORD})$`);
const PROPERTY = new RegExp(`^(${KEYWORD}\\.[a-z0-9_-]{1,40})=(\\S{1,400})$`);

/**
 * Reads a field Authentication-Results, unfolded; undefined: it is none, or longer than is read. Never throws. What cannot be understood of one result leaves that result out: it proves nothing.
 */
export function authenticationResultsIn(value: string): AuthenticationResults | undefined {
  if (value.length > LONGEST) return undefined;
  const clauses = clausesOf(value);
  if (!clauses) return undefined;
  const [first, ...rest] = clauses;
  const server = /^(\S{1,255})(?: \d{1,5})?$/.exec(first?.text ?? '')?.[1]?.toLowerCase();
  if (server === undefined || server.includes('=')) return undefined; // some write results, and not who has looked
  return { server, results: rest.slice(0, MOST_RESULTS).flatMap((clause) => resultIn(clause) ?? []) };
}

interface Clause {
  /** Without comments and quotation marks, with single blanks, and none around = . and /. */
  readonly text: string;
  readonly comment: string;
}

function resultIn({ text, comment }: Clause): MethodResult | undefined {
  const [first = '', ...words] = text.split(' ');
  const [, method, result] = METHOD.exec(first.toLowerCase()) ?? [];
  if (method === undefined || result === undefined) return undefined;
  const properties = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const [, name, value] = PROPERTY.exec(`${word.slice(0, at).toLowerCase()}${word.slice(at)}`) ?? [];
    if (name !== undefined && value !== undefined && !properties.has(name)) properties.set(name, value);
  }
  return { method, result, properties, comment };
}

/** A piece of a field. `end`: where the next one begins. */
interface Token {
  readonly type: 'text' | 'comment' | 'semicolon';
  readonly text: string;
  readonly end: number;
}

/** Between the semicolons that stand neither in quotation marks nor in comments; undefined: one of these has no end. */
function clausesOf(value: string): readonly Clause[] | undefined {
  const clauses: { text: string; comment: string }[] = [{ text: '', comment: '' }];
  for (let at = 0; at < value.length; ) {
    const token = tokenAt(value, at);
    const last = clauses.at(-1);
    if (!token || !last) return undefined;
    last.text += token.type === 'text' ? token.text : ' ';
    last.comment += token.type === 'comment' ? token.text : '';
    if (token.type === 'semicolon') clauses.push({ text: '', comment: '' });
    at = token.end;
  }
  return clauses.map(({ text, comment }) => ({ text: tidy(text), comment }));
}

function tokenAt(value: string, at: number): Token | undefined {
  switch (value[at]) {
    case ';':
      return { type: 'semicolon', text: '', end: at + 1 };
    case '"':
      return quotedAt(value, at);
    case '(':
      return commentAt(value, at);
    default: {
      const end = at + value.slice(at).search(/[;"(]|$/);
      return { type: 'text', text: value.slice(at, end), end };
    }
  }
}

function quotedAt(value: string, at: number): Token | undefined {
  const [whole, inside = ''] = /^"((?:[^"\\]|\\.)*)"/.exec(value.slice(at)) ?? [];
  return whole === undefined ? undefined : { type: 'text', text: asOneWord(inside), end: at + whole.length };
}

/** Comments stand within comments. RFC 5322 §3.2.2. */
function commentAt(value: string, at: number): Token | undefined {
  let depth = 0;
  for (let end = at; end < value.length; end += 1) {
    const letter = value[end];
    if (letter === '\\') end += 1;
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (depth === 0) return { type: 'comment', text: value.slice(at, end + 1), end: end + 1 };
  }
  return undefined;
}

/** A quoted value is one word, whatever is in it: nothing in it can look like a result of its own. */
const asOneWord = (text: string): string => text.replaceAll('\\', '').replace(/[\s=;]/g, '_');

const tidy = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/ ?([=./]) ?/g, '$1')
    .trim();
