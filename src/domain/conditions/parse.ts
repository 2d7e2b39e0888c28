import { comparison } from './comparison';
import type { Condition, Did, InSegment } from './condition';
import { didSchema } from './did';
import { freePath } from './fact';
import { bySchema, type Fields, good, map, type Parsed, type Path, together, wrong } from './parsed';
import { sizeProblem } from './size';

type Form = 'all' | 'any' | 'not' | 'did' | 'fact' | 'segment';

const HELP = 'write one of all, any, not, did, fact, segment';

const FORMS: { readonly [F in Form]: (fields: Fields, path: Path) => Parsed<Condition> } = {
  all: ({ all }, path) => map(parts(all, [...path, 'all']), (value) => ({ all: value })),
  any: ({ any }, path) => map(parts(any, [...path, 'any']), (value) => ({ any: value })),
  not: ({ not }, path) => map(condition(not, [...path, 'not']), (value) => ({ not: value })),
  did,
  fact: comparison,
  segment,
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

function did({ where, ...rest }: Fields, path: Path): Parsed<Did> {
  const plain = bySchema(didSchema, rest, path);
  if (where === undefined) return plain;
  const narrowed = ofTheEvent(where, [...path, 'where']);
  if (!narrowed.ok) return plain.ok ? narrowed : { ok: false, problems: [...plain.problems, ...narrowed.problems] };
  return map(plain, (value) => ({ ...value, where: narrowed.value }));
}

/** A condition about one event of many, and nothing else: so it can be asked of each without reading more. */
function ofTheEvent(input: unknown, path: Path): Parsed<Condition> {
  const parsed = condition(input, path);
  if (!parsed.ok) return parsed;
  const strays = strayTests(parsed.value, path);
  return strays.length > 0 ? { ok: false, problems: strays } : parsed;
}

function strayTests(test: Condition, path: Path): readonly { readonly path: Path; readonly message: string }[] {
  if ('all' in test) return test.all.flatMap((part, index) => strayTests(part, [...path, 'all', index]));
  if ('any' in test) return test.any.flatMap((part, index) => strayTests(part, [...path, 'any', index]));
  if ('not' in test) return strayTests(test.not, [...path, 'not']);
  if ('fact' in test && freePath(test.fact)?.of === 'event') return [];
  const found = 'fact' in test ? test.fact : 'did' in test ? 'did' : 'segment';
  const message = `${found} is not about the event; compare event.<property> here, and put the rest beside the did under all:`;
  return [{ path: 'fact' in test ? [...path, 'fact'] : path, message }];
}

function segment({ segment: name, means, ...rest }: Fields, path: Path): Parsed<InSegment> {
  const [besides] = Object.keys(rest);
  if (besides !== undefined) return wrong([...path, besides], `unknown key "${besides}"; segment stands alone`);
  if (typeof name !== 'string') return wrong([...path, 'segment'], 'must be the name of a segment');
  if (means === undefined)
    return wrong([...path, 'segment'], `the segment "${name}" is not known here; write out its condition`);
  const meaning = condition(means, [...path, 'means']);
  return meaning.ok ? good({ segment: name, means: meaning.value }) : meaning;
}
