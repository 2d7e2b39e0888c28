import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { calendarsSchema } from '../../src/domain/calendar/schema';
import { lifecycleSchema } from '../../src/domain/client/rules';
import { purposeProblems, purposesSchema } from '../../src/domain/consent/purposes';
import { accountSchema } from '../../src/domain/delivery/account-rules';
import { deliveryProblems } from '../../src/domain/delivery/problems';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { DEFAULT_ENGAGEMENT, engagementSchema } from '../../src/domain/engagement/rules';
import { EVENTS } from '../../src/domain/event';
import { bringsSchema } from '../../src/domain/forms/brings';
import { fieldSchema } from '../../src/domain/forms/field';
import { formProblems } from '../../src/domain/forms/problems';
import { formSchema } from '../../src/domain/forms/schema';
import { gateSchema } from '../../src/domain/gate/rules';
import { CONSEQUENCES } from '../../src/domain/inbound/consequence';
import { hookSchema } from '../../src/domain/inbound/hook-rules';
import { inboundProblems } from '../../src/domain/inbound/rule-problems';
import { DEFAULT_INBOUND, inboundSchema } from '../../src/domain/inbound/rules';
import { retentionProblems, retentionSchema } from '../../src/domain/privacy/retention';
import { personaSchema, scriptSchema } from '../../src/domain/rehearsal/script';
import { scoringSchema } from '../../src/domain/scoring/rules';
import { declaredEventsSchema } from '../../src/domain/sequence/declared-events';
import { definitionSchema } from '../../src/domain/sequence/definition';
import { parseSequence } from '../../src/domain/sequence/parse';
import { stepSchema } from '../../src/domain/steps';
import { webhooksSchema } from '../../src/domain/webhook/rules';

const DOCS = path.resolve(__dirname, '../../docs');
const read = (name: string): string => readFileSync(path.join(DOCS, name), 'utf8');
const blocksIn = (name: string): readonly string[] =>
  [...read(name).matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);

/** The first cells of the tables under a heading. */
function listed(name: string, title: string): readonly string[] {
  const section = read(name)
    .split(/^##+ /m)
    .find((part) => part.startsWith(title));
  const cells = [...(section ?? '').matchAll(/^\| *([^|]*)\|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
}

const problemsOf = (schema: z.ZodType, value: unknown): unknown => schema.safeParse(value).error?.issues ?? [];
const EMAIL_FIELD = { name: 'email', type: 'email', required: true, label: { en: 'E' } };
const A_SEQUENCE = { sequence: 'a', title: 'A', audience: 'lead', enter: {}, steps: [{ id: 'done', type: 'end' }] };

describe('docs/sequences.md', () => {
  const blocks = blocksIn('sequences.md');
  const ofKind = (kind: string) =>
    new RegExp(`\`\`\`yaml ${kind}\\n(.*?)\`\`\``, 's').exec(read('sequences.md'))?.[1] ?? '';

  test.each(blocks)('example %# is valid', (block) => {
    const value: unknown = parse(block);
    if (Array.isArray(value)) for (const step of value) expect(problemsOf(stepSchema, step)).toEqual([]);
    else if (Object.hasOwn(Object(value), 'sequence'))
      expect(parseSequence(block, 'a.yaml')).toMatchObject({ type: 'valid', warnings: [] });
    else expect(problemsOf(definitionSchema, { ...A_SEQUENCE, ...Object(value) })).toEqual([]);
  });

  test('the examples of calendars and of declared events are valid', () => {
    expect(problemsOf(calendarsSchema, parse(ofKind('calendars')))).toEqual([]);
    expect(problemsOf(declaredEventsSchema, parse(ofKind('events')))).toEqual([]);
  });

  test('every step type has an example, and a section of its name', () => {
    const types = stepSchema.options.map((option) => option.unwrap().shape.type.value);
    const shown = blocks.flatMap((block) => [...block.matchAll(/type: (\w+)/g)].map(([, type]) => type));
    expect(new Set(shown)).toEqual(new Set(types));
    for (const type of types) expect(read('sequences.md')).toContain(`\n### ${type}\n`);
  });

  test('every event that Viveiro knows is listed, and no other', () => {
    expect([...listed('sequences.md', 'Events')].sort()).toEqual(Object.values(EVENTS).toSorted());
  });
});

test.each([
  ['scoring.md', scoringSchema],
  ['rehearsal.md', scriptSchema],
] as const)('the example of docs/%s is valid', (name, schema) => {
  const blocks = blocksIn(name);
  expect(blocks).toHaveLength(1);
  for (const block of blocks) expect(problemsOf(schema, parse(block))).toEqual([]);
});

test('the examples of docs/webhooks.md are valid, and every key of an endpoint is listed', () => {
  const [steps = '', rules = ''] = blocksIn('webhooks.md');
  for (const step of parse(steps)) expect(problemsOf(stepSchema, step)).toEqual([]);
  expect(problemsOf(webhooksSchema, parse(rules))).toEqual([]);
  const [, shape] = Object.entries(webhooksSchema.parse(parse(rules)).endpoints)[0] ?? [];
  expect([...listed('webhooks.md', 'Endpoints')].sort()).toEqual(
    expect.arrayContaining(Object.keys(shape ?? {}).toSorted()),
  );
});

test('the steps of docs/sales.md are valid', () => {
  const steps = blocksIn('sales.md').filter((block) => block.startsWith('- id:'));
  expect(steps).toHaveLength(2);
  for (const block of steps) for (const step of parse(block)) expect(problemsOf(stepSchema, step)).toEqual([]);
});

test('docs/engagement.md and the shipped rules show the defaults as they are, and the example of docs/gate.md is valid', () => {
  const [, shown = ''] = /```yaml engagement\n(.*?)```/s.exec(read('engagement.md')) ?? [];
  const shipped = readFileSync(path.resolve(__dirname, '../../sequences/rules/engagement.yaml'), 'utf8');
  for (const text of [shown, shipped]) expect(engagementSchema.parse(parse(text))).toEqual(DEFAULT_ENGAGEMENT);
  const [, gate = ''] = /```yaml gate\n(.*?)```/s.exec(read('gate.md')) ?? [];
  expect(problemsOf(gateSchema, parse(gate))).toEqual([]);
});

test('the example of docs/privacy.md is valid, and every class of data is listed', () => {
  const [, text = ''] = /```yaml retention\n(.*?)```/s.exec(read('privacy.md')) ?? [];
  const rules = retentionSchema.parse(parse(text));
  expect(retentionProblems(rules)).toEqual([]);
  const shown = listed('privacy.md', 'Retention').filter((word) => Object.hasOwn(retentionSchema.unwrap().shape, word));
  expect(shown.toSorted()).toEqual(Object.keys(retentionSchema.unwrap().shape).toSorted());
});

test('the examples of docs/reactivation.md are valid', () => {
  const [lifecycle = '', enter = ''] = blocksIn('reactivation.md');
  expect(problemsOf(lifecycleSchema, parse(lifecycle))).toEqual([]);
  expect(problemsOf(definitionSchema, { ...A_SEQUENCE, ...parse(enter) })).toEqual([]);
});

test('docs/rehearsal.md lists every persona and every key of a script', () => {
  expect([...listed('rehearsal.md', 'Personas')].sort()).toEqual(personaSchema.options.toSorted());
  expect([...listed('rehearsal.md', 'Scripts')].sort()).toEqual(Object.keys(scriptSchema.unwrap().shape).toSorted());
});

describe('docs/inbound.md', () => {
  const hooks = [...read('inbound.md').matchAll(/```yaml hook (\S+)\n(.*?)```/gs)];

  test('shows the defaults of its rules as they are', () => {
    const [, rules = ''] = /```yaml rules\n(.*?)```/s.exec(read('inbound.md')) ?? [];
    expect(inboundSchema.parse(parse(rules))).toEqual(DEFAULT_INBOUND);
    const shipped = readFileSync(path.resolve(__dirname, '../../sequences/rules/inbound.yaml'), 'utf8');
    expect(inboundSchema.parse(parse(shipped))).toEqual(DEFAULT_INBOUND);
  });

  test.each(hooks.map(([, name = '', text = '']) => [name, text]))('the mapping for %s is valid', (name, text) => {
    const mapping: unknown = parse(text);
    expect(problemsOf(hookSchema, mapping)).toEqual([]);
    expect(inboundProblems(inboundSchema.parse({ hooks: { [name]: mapping } }))).toEqual([]);
  });

  test('lists every kind', () => {
    const kinds = listed('inbound.md', 'What is told apart').filter((word) => Object.hasOwn(CONSEQUENCES, word));
    expect(kinds.toSorted()).toEqual(
      Object.keys(CONSEQUENCES)
        .filter((kind) => kind !== 'accepted')
        .toSorted(),
    );
  });
});

test('the examples of docs/consent.md are valid, and the keys of a purpose are listed', () => {
  const [purposes = ''] = blocksIn('consent.md');
  expect(problemsOf(purposesSchema, parse(purposes))).toEqual([]);
  expect(purposeProblems(purposesSchema.parse(parse(purposes)))).toEqual([]);
  const shape = Object.values(purposesSchema.parse(parse(purposes)).purposes)[0] ?? {};
  expect([...listed('consent.md', 'Purposes')]).toEqual(expect.arrayContaining(Object.keys(shape)));
  const ofKind = (kind: string) =>
    new RegExp(`\`\`\`yaml ${kind}\\n(.*?)\`\`\``, 's').exec(read('consent.md'))?.[1] ?? '';
  expect(problemsOf(gateSchema, { consentFor: [], ...parse(ofKind('gate')) })).toEqual([]);
  expect(problemsOf(formSchema.unwrap().shape.consent, parse(ofKind('form')).consent)).toEqual([]);
});

describe('docs/forms.md', () => {
  const whole = { form: 'a', offer: 'a', title: { en: 'A' }, fields: [EMAIL_FIELD] };
  const blocks = [...read('forms.md').matchAll(/```yaml (\w+)\n(.*?)```/gs)].filter(([, kind]) => kind !== 'steps');

  test.each(blocks.map(([, kind = '', text = '']) => [kind, text]))('the example of %s is valid', (kind, text) => {
    const value: unknown = parse(text);
    const form = kind === 'fields' ? { ...whole, fields: value } : { ...whole, ...Object(value) };
    expect(problemsOf(formSchema, form)).toEqual([]);
    expect(formProblems(formSchema.parse(form)).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('lists every key of a form, every type of a field, everything that one may bring, and why one is held', () => {
    expect(
      [...listed('forms.md', 'A first form')]
        .filter((word) => Object.hasOwn(formSchema.unwrap().shape, word))
        .toSorted(),
    ).toEqual(Object.keys(formSchema.unwrap().shape).toSorted());
    const types = fieldSchema.unwrap().options.map((option) => option.shape.type.value);
    expect(listed('forms.md', 'Fields').toSorted()).toEqual(types.toSorted());
    for (const { shape } of bringsSchema.unwrap().options)
      expect(read('forms.md')).toContain(`{ type: ${shape.type.value}`);
    expect(listed('forms.md', 'Misuse').toSorted()).toEqual(['fast', 'links', 'proof', 'rate', 'trap']);
  });

  test('its steps are valid', () => {
    const [, steps = ''] = /```yaml steps\n(.*?)```/s.exec(read('forms.md')) ?? [];
    for (const step of parse(steps)) expect(problemsOf(stepSchema, step)).toEqual([]);
  });
});

describe('docs/deliverability.md', () => {
  test('the example is valid, and every key of an account is told of', () => {
    const [example = ''] = blocksIn('deliverability.md');
    const rules = deliverySchema.parse(parse(example));
    expect(deliveryProblems(rules)).toEqual([]);
    for (const key of Object.keys(accountSchema.unwrap().shape)) expect(read('deliverability.md')).toContain(key);
  });
});
