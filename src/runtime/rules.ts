import { existsSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { zoneSchema } from '../domain/calendar/local-time';
import { calendarsFrom, calendarsSchema } from '../domain/calendar/schema';
import { lifecycleSchema } from '../domain/client/rules';
import type { Condition } from '../domain/conditions';
import { outOfPlace } from '../domain/conditions/places';
import { purposeProblems, purposesSchema } from '../domain/consent/purposes';
import { deliveryProblems } from '../domain/delivery/problems';
import { type DeliveryRules, deliverySchema } from '../domain/delivery/rules';
import { engagementSchema } from '../domain/engagement/rules';
import { type ErrorCode, failure } from '../domain/errors';
import { gateSchema } from '../domain/gate/rules';
import { routingSchema } from '../domain/handoff/rules';
import { identityProblems, identitySchema } from '../domain/identity/rules';
import { inboundProblems } from '../domain/inbound/rule-problems';
import { inboundSchema } from '../domain/inbound/rules';
import { listsSchema } from '../domain/lists/rules';
import type { Rules } from '../domain/rules';
import { scoringSchema } from '../domain/scoring/rules';
import { expandDocument, type Meanings } from '../domain/segments/expand';
import { meaningsOf, parseSegments, type Segments } from '../domain/segments/segments';
import { declaredEvents, declaredEventsSchema } from '../domain/sequence/declared-events';
import { sourceProblems, sourcesSchema } from '../domain/source/rules';
import { webhooksSchema } from '../domain/webhook/rules';
import { checkTree, placed } from '../domain/yaml/parse';
import { type Found, inOrder, type Path, type Problem, problemText, senseless } from '../domain/yaml/problem';
import { readYaml } from '../domain/yaml/read';
import { readText } from './text-file';

/** What a rule file must hold besides its schema. */
type Checks<S extends z.ZodType> = (value: z.output<S>) => readonly Found[];

type Loaded<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/**
 * The rules of a company: scoring.yaml, lifecycle.yaml, routing.yaml and gate.yaml in `folder`, and, where they are there,
 * segments.yaml, calendars.yaml, events.yaml, delivery.yaml, webhooks.yaml, inbound.yaml, engagement.yaml, purposes.yaml, identity.yaml, sources.yaml and lists.yaml. Throws VIV_RULES_INVALID with every
 * problem of every file, each with its line.
 */
export async function loadRules(folder: string): Promise<Rules> {
  const fileOf = (name: string) => path.join(folder, `${name}.yaml`);
  const segments = await loadSegments(fileOf('segments'));
  const meanings = 'value' in segments ? meaningsOf(segments.value) : undefined;
  const loaded = together({
    segments,
    scoring: await loadFile(fileOf('scoring'), scoringSchema, { checks: checkScoring, meanings }),
    lifecycle: await loadFile(fileOf('lifecycle'), lifecycleSchema, { checks: checkLifecycle }),
    routing: await loadFile(fileOf('routing'), routingSchema, { checks: checkRouting, meanings }),
    gate: await loadFile(fileOf('gate'), gateSchema, {}),
    calendars: await loadIfThere(fileOf('calendars'), calendarsSchema, { calendars: {} }),
    events: await loadIfThere(fileOf('events'), declaredEventsSchema, undefined),
    delivery: await loadIfThere(fileOf('delivery'), deliverySchema, undefined, deliveryProblems),
    webhooks: await loadIfThere(fileOf('webhooks'), webhooksSchema, undefined),
    inbound: await loadIfThere(fileOf('inbound'), inboundSchema, undefined, inboundProblems),
    engagement: await loadIfThere(fileOf('engagement'), engagementSchema, undefined),
    purposes: await loadIfThere(fileOf('purposes'), purposesSchema, undefined, purposeProblems),
    sources: await loadIfThere(fileOf('sources'), sourcesSchema, undefined, sourceProblems),
    identity: await loadIfThere(fileOf('identity'), identitySchema, undefined, identityProblems),
    lists: await loadIfThere(fileOf('lists'), listsSchema, undefined),
  });
  if ('problems' in loaded)
    throw failure('VIV_RULES_INVALID', { file: folder, problems: loaded.problems.map(problemText).join('\n') });
  const { scoring, lifecycle, routing, gate, calendars, events, segments: declared, ...optional } = loaded.value;
  return {
    scoring,
    lifecycle,
    routing,
    gate,
    calendars: calendarsFrom(calendars, lifecycle.sweep.zone),
    ...(events ? { events: declaredEvents(events) } : {}),
    segments: declared,
    ...withoutAbsent(optional),
  };
}

type Values<T> = { readonly [K in keyof T]: T[K] extends Loaded<infer V> ? V : never };

/** All of the files, or what is wrong with any of them. */
function together<T extends { readonly [name: string]: Loaded<unknown> }>(files: T): Loaded<Values<T>> {
  const problems = Object.values(files).flatMap((file) => ('problems' in file ? file.problems : []));
  if (problems.length > 0) return { problems };
  const values = Object.entries(files).flatMap(([name, file]) => ('value' in file ? [[name, file.value]] : []));
  return { value: Object.fromEntries(values) as Values<T> }; // no file has problems, so each has its value
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

const withoutAbsent = <T extends object>(files: T): Present<T> =>
  Object.fromEntries(Object.entries(files).filter(([, value]) => value !== undefined)) as Present<T>; // the others were taken out

/** The rules of delivery alone; undefined: there are none. Throws VIV_RULES_INVALID. */
export async function loadDelivery(folder: string): Promise<DeliveryRules | undefined> {
  const file = path.join(folder, 'delivery.yaml');
  const loaded = await loadIfThere(file, deliverySchema, undefined, deliveryProblems);
  if ('value' in loaded) return loaded.value;
  throw failure('VIV_RULES_INVALID', { file, problems: loaded.problems.map(problemText).join('\n') });
}

/** A file that a company need not have; `absent` stands for it. */
async function loadIfThere<S extends z.ZodType, A>(
  file: string,
  schema: S,
  absent: A,
  checks: Checks<S> = () => [],
): Promise<Loaded<z.output<S> | A>> {
  return existsSync(file) ? loadFile(file, schema, { checks }) : { value: absent };
}

/** No file: no segments. */
async function loadSegments(file: string): Promise<Loaded<Segments>> {
  if (!existsSync(file)) return { value: {} };
  const read = await readText(file);
  if ('problem' in read) return { problems: [read.problem] };
  const parsed = parseSegments(read.text, file);
  return parsed.type === 'valid' ? { value: parsed.segments } : parsed;
}

interface Checking<S extends z.ZodType> {
  readonly checks?: Checks<S>;
  /** What segments mean; left out when the file has no conditions, or that of the segments is invalid, which is told instead. */
  readonly meanings?: Meanings | undefined;
}

async function loadFile<S extends z.ZodType>(
  file: string,
  schema: S,
  { checks = () => [], meanings }: Checking<S>,
): Promise<Loaded<z.output<S>>> {
  const text = await readText(file);
  if ('problem' in text) return { problems: [text.problem] };
  const read = readYaml(text.text, file);
  if (read.type === 'invalid') return read;
  const { input, found } = expandDocument(read.tree.input, meanings ?? {});
  const tree = { ...read.tree, input };
  const parsed = checkTree(tree, schema);
  const strays = placed(meanings ? found : [], tree);
  if (parsed.type === 'invalid') return { problems: inOrder([...parsed.problems, ...strays]) };
  const problems = [...strays, ...placed(checks(parsed.value), tree)];
  return problems.length > 0 ? { problems: inOrder(problems) } : parsed;
}

/** Rules are asked about a contact at any time: no event is looked at, and no journey is the one. */
const placesIn = (rules: readonly { readonly when: Condition }[], path: Path): readonly Found[] =>
  rules.flatMap(({ when }, index) =>
    outOfPlace(when, [...path, index, 'when'], { hasEvent: false, hasJourney: false }),
  );

const checkRouting: Checks<typeof routingSchema> = ({ rules }) => [
  ...sameNames(rules, ['rules']),
  ...placesIn(rules, ['rules']),
];

const checkScoring: Checks<typeof scoringSchema> = ({ fit, interest, grades, temperature }) => [
  ...sameNames(fit, ['fit']),
  ...placesIn(fit, ['fit']),
  ...sameNames(interest, ['interest']),
  ...(grades.A > grades.B && grades.B > grades.C
    ? []
    : [senseless(['grades'], 'A must ask for more points than B, and B for more than C', 'put them in this order')]),
  ...(temperature.hot > temperature.warm
    ? []
    : [senseless(['temperature', 'hot'], 'hot must ask for more than warm', `write more than ${temperature.warm}`)]),
];

const checkLifecycle: Checks<typeof lifecycleSchema> = ({ sweep }) => {
  const zone = zoneSchema.safeParse(sweep.zone);
  if (zone.success) return [];
  return [senseless(['sweep', 'zone'], `"${sweep.zone}" is not an IANA time zone`, 'write one like America/Sao_Paulo')];
};

/** Names tell the rules apart in reasons and score entries. */
function sameNames(rules: readonly { readonly name: string }[], path: Path): readonly Found[] {
  return rules.flatMap(({ name }, index) => {
    if (rules.findIndex((other) => other.name === name) === index) return [];
    const code: ErrorCode = 'VIV_RULE_DUPLICATE';
    return [
      { ...senseless([...path, index, 'name'], `the name "${name}" stands twice`, 'give it another name'), code },
    ];
  });
}
