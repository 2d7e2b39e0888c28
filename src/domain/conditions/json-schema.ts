import { z } from 'zod';
import { didSchema } from './did';
import { FACTS, type Fact, FREE_PATH, factAt } from './fact';
import { OPERATORS, operatorsFor } from './operators';

type JsonSchema = { readonly [key: string]: unknown };

/** Name under which z.toJSONSchema files it, so that its parts can point back to it. */
export const CONDITION_ID = 'Condition';
const SELF: JsonSchema = { $ref: `#/$defs/${CONDITION_ID}` };

/** The JSON Schema of a condition as a person writes it: editors complete facts, and the operators that go with each. */
export function conditionJsonSchema(): JsonSchema {
  return {
    description:
      'all, any, not, a fact compared by one operator, what the contact did, or a segment; see docs/conditions.md.',
    type: 'object',
    anyOf: [
      form({ all: { type: 'array', items: SELF, minItems: 1 } }),
      form({ any: { type: 'array', items: SELF, minItems: 1 } }),
      form({ not: SELF }),
      did(),
      form({ segment: { type: 'string', description: 'The name of a segment: see rules/segments.yaml.' } }),
      ...comparisons(),
    ],
  };
}

function form(properties: JsonSchema): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function did(): JsonSchema {
  const schema = jsonOf(didSchema);
  const where = { ...SELF, description: 'Only events of which this holds; compare event.<property>.' };
  return { ...schema, properties: { ...(schema.properties as JsonSchema), where } }; // an object's schema has properties
}

/** One form for each set of facts that compare alike. */
function comparisons(): readonly JsonSchema[] {
  const alike = new Map<string, readonly string[]>();
  for (const [path, { kind, values }] of Object.entries<Fact>(FACTS)) {
    const key = `${kind} ${values?.join(' ') ?? ''}`;
    alike.set(key, [...(alike.get(key) ?? []), path]);
  }
  return [
    ...[...alike.values()].map((paths) => comparison({ enum: paths }, paths[0] ?? '')),
    comparison({ type: 'string', pattern: FREE_PATH.source }, 'contact.attributes.x'),
  ];
}

function comparison(paths: JsonSchema, example: string): JsonSchema {
  const fact = factAt(example);
  const operators = fact ? operatorsFor(fact).map((name) => [name, jsonOf(OPERATORS[name].operand(fact))]) : [];
  const { properties } = form({ fact: paths, ...Object.fromEntries(operators) });
  return {
    type: 'object',
    properties,
    required: ['fact'],
    minProperties: 2,
    maxProperties: 2,
    additionalProperties: false,
  };
}

function jsonOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
