import type { Comparison } from './condition';
import { type Fact, type FactKind, factAt, KNOWN_PATHS } from './fact';
import { isOperatorName, OPERATORS, type Operator, type OperatorName, operatorsFor } from './operators';
import { bySchema, type Fields, map, type Parsed, type Path, wrong } from './parsed';

const KINDS: { readonly [K in FactKind]: string } = {
  text: 'text',
  number: 'a number',
  instant: 'a moment',
  list: 'a list',
  attribute: 'an attribute',
};

/** Reads `{ fact: lead.score, atLeast: 40 }`: a known fact and exactly one operator that goes with it. */
export function comparison(fields: Fields, path: Path): Parsed<Comparison> {
  const { fact: name, ...rest } = fields;
  const fact = typeof name === 'string' ? factAt(name) : undefined;
  if (typeof name !== 'string' || fact === undefined)
    return wrong([...path, 'fact'], `there is no fact ${JSON.stringify(name)}; known: ${KNOWN_PATHS.join(', ')}`);
  const key = operatorAmong(Object.keys(rest), { name, fact, path });
  if (!key.ok) return key;
  const operator = OPERATORS[key.value] as Operator<unknown>; // its own schema, below, makes the operand it asks for
  const operand = bySchema(operator.operand(fact), rest[key.value], [...path, key.value]);
  return map(operand, (value) => ({ fact: name, [key.value]: value }) as Comparison);
}

interface Compared {
  readonly name: string;
  readonly fact: Fact;
  readonly path: Path;
}

function operatorAmong(keys: readonly string[], { name, fact, path }: Compared): Parsed<OperatorName> {
  const usable = `on ${name} write one of ${operatorsFor(fact).join(', ')}`;
  const [key, second] = keys;
  if (key === undefined) return wrong(path, `${name} is compared with nothing; ${usable}`);
  const unknown = keys.find((one) => !isOperatorName(one));
  if (unknown !== undefined) return wrong([...path, unknown], `unknown operator "${unknown}"; ${usable}`);
  if (second !== undefined)
    return wrong([...path, second], `a second operator beside ${key}; put each in a comparison of its own under all:`);
  if (isOperatorName(key) && OPERATORS[key].kinds.includes(fact.kind)) return { ok: true, value: key };
  return wrong([...path, key], `${key} does not go with ${KINDS[fact.kind]}; ${usable}`);
}
