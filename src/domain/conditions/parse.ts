import { comparison } from './comparison';
import type { Condition } from './condition';
import { didSchema } from './did';
import { bySchema, type Fields, map, type Parsed, type Path, together, wrong } from './parsed';
import { sizeProblem } from './size';

type Form = 'all' | 'any' | 'not' | 'did' | 'fact';

const HELP = 'write one of all, any, not, did, fact';

const FORMS: { readonly [F in Form]: (fields: Fields, path: Path) => Parsed<Condition> } = {
  all: ({ all }, path) => map(parts(all, [...path, 'all']), (value) => ({ all: value })),
  any: ({ any }, path) => map(parts(any, [...path, 'any']), (value) => ({ any: value })),
  not: ({ not }, path) => map(condition(not, [...path, 'not']), (value) => ({ not: value })),
  did: (fields, path) => bySchema(didSchema, fields, path),
  fact: comparison,
};
/** These take no other key beside them; the other forms look after their own. */
const ALONE: readonly Form[] = ['all', 'any', 'not'];

/** Reads a condition as YAML or JSON gives it. */
export function parseCondition(input: unknown): Parsed<Condition> {
  const tooLarge = sizeProblem(input);
  return tooLarge === undefined ? condition(input, []) : wrong([], tooLarge);
}

function condition(input: unknown, path: Path): Parsed<Condition> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return wrong(path, notOne(input));
  const fields: Fields = { ...input };
  const keys = Object.keys(fields);
  const forms = keys.filter((key): key is Form => Object.hasOwn(FORMS, key));
  const [form] = forms;
  if (form === undefined)
    return wrong(path, `not a condition; ${HELP}${keys.length > 0 ? ` (found ${keys.join(', ')})` : ''}`);
  if (forms.length > 1) return wrong(path, `has ${forms.join(' and ')} at once; make each a condition of its own`);
  const besides = ALONE.includes(form) ? keys.find((key) => key !== form) : undefined;
  if (besides !== undefined) return wrong([...path, besides], `unknown key "${besides}"; ${form} stands alone`);
  return FORMS[form](fields, path);
}

function notOne(input: unknown): string {
  if (input === undefined || input === null) return `a condition is missing here; ${HELP}`;
  return Array.isArray(input) ? 'a list is no condition; write all: or any: before it' : `not a condition; ${HELP}`;
}

function parts(input: unknown, path: Path): Parsed<readonly Condition[]> {
  if (!Array.isArray(input)) return wrong(path, 'must be a list of conditions, each on a line that begins with "-"');
  if (input.length === 0) return wrong(path, 'must hold at least one condition');
  return together(input.map((part, index) => condition(part, [...path, index])));
}
