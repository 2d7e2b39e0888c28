import type { FreePath, Scalar } from '../domain/conditions/fact';
import { type FixedPath, freePath, isFixedPath } from '../domain/conditions/fact';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { MOST_HALF_LIVES } from '../domain/scoring/interest';
import { Prisma } from './db';

/** What the score of a lead depends on beside its row. */
export interface Clock {
  readonly now: Instant;
  /** Half-life of interest (ms). */
  readonly halfLife: number;
}

/** Where a condition is asked. */
export interface Scope extends Clock {
  /** The aliases hold an interaction i, whose properties the facts `event.<property>` are. */
  readonly hasEvent?: true;
}

/** SQL of one fact over the aliases of `factSources`: an expression for each type that it may have; null when it is missing. */
export interface FactColumn {
  readonly string: Prisma.Sql;
  readonly number: Prisma.Sql;
  readonly boolean: Prisma.Sql;
  readonly instant: Prisma.Sql;
  /** Days since 1970-01-01: the date that the contact's clocks show at the instant, or with which the text begins. */
  readonly day: Prisma.Sql;
  /** Whether it is a list with any of these values. */
  readonly includesAny: (values: readonly Scalar[]) => Prisma.Sql;
  readonly includesAll: (values: readonly Scalar[]) => Prisma.Sql;
  readonly present: Prisma.Sql;
}

const NEVER = {
  string: Prisma.sql`NULL::text`,
  number: Prisma.sql`NULL::float8`,
  boolean: Prisma.sql`NULL::boolean`,
  instant: Prisma.sql`NULL::timestamptz`,
  day: Prisma.sql`NULL::int`,
  includesAny: () => Prisma.sql`NULL::boolean`,
  includesAll: () => Prisma.sql`NULL::boolean`,
};
const MISSING: FactColumn = { ...NEVER, present: Prisma.sql`false` };

/** A parameter that is an instant; the domain keeps instants within years that both sides can write. */
export function instantParam(at: Instant): Prisma.Sql {
  return Prisma.sql`${new Date(at).toISOString()}::timestamptz`;
}

/** A parameter of type float8. As text, because that is exact and takes every finite number. */
export function numberParam(value: number): Prisma.Sql {
  return Prisma.sql`${String(value)}::float8`;
}

/** Milliseconds since 1970, exact: `at` has whole milliseconds. */
export function millis(at: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(extract(epoch FROM ${at}) * 1000)::float8`;
}

/**
 * Interest of lead `l` as of `now`, rounded to 2 decimals: points halve every half-life since `interest_at`.
 * Interest from after `now` has not begun to fade. src/domain/scoring/interest.ts gives the same answer.
 */
export function leadScore({ now, halfLife }: Clock): Prisma.Sql {
  const age = Prisma.sql`${numberParam(now)} - ${millis(Prisma.sql`l.interest_at`)}`;
  const halfLives = Prisma.sql`least(greatest((${age}) / ${numberParam(halfLife)}, 0), ${MOST_HALF_LIVES}::float8)`;
  return Prisma.sql`(CASE WHEN abs(l.interest) < 0.001 THEN 0::float8
    ELSE round((l.interest * power(2::float8, -(${halfLives})))::numeric, 2)::float8 END)`;
}

/**
 * The date that the contact's clocks show at `at`, in days since 1970-01-01; null for a zone that PostgreSQL does not know:
 * naming it would end the whole statement.
 */
export function localDay(at: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE WHEN pg_input_is_valid('2000-01-01 00:00 ' || c.time_zone, 'timestamptz')
    THEN (${at} AT TIME ZONE c.time_zone)::date - DATE '1970-01-01' END`;
}

/** src/domain/conditions/day.ts reads the same texts as dates. */
function writtenDay(text: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${text} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]|$)' AND pg_input_is_valid(left(${text}, 10), 'date')
    THEN left(${text}, 10)::date - DATE '1970-01-01' END`;
}

type Make = (clock: Clock) => Partial<FactColumn>;
const text =
  (sql: Prisma.Sql): Make =>
  () => ({ string: sql, present: Prisma.sql`${sql} IS NOT NULL` });
const number =
  (sql: Prisma.Sql): Make =>
  () => ({ number: Prisma.sql`${sql}::float8`, present: Prisma.sql`${sql} IS NOT NULL` });
const instant =
  (sql: Prisma.Sql): Make =>
  () => ({ instant: sql, day: localDay(sql), present: Prisma.sql`${sql} IS NOT NULL` });
/** Of texts, which are all that a list of tags is compared with. */
const texts =
  (sql: Prisma.Sql): Make =>
  () => ({
    includesAny: (values) => Prisma.sql`${sql} && ${values.map(String)}::text[]`,
    includesAll: (values) => Prisma.sql`${sql} @> ${values.map(String)}::text[]`,
    present: Prisma.sql`coalesce(cardinality(${sql}) > 0, false)`,
  });

const COLUMNS: { readonly [P in FixedPath]: Make } = {
  'contact.email': text(Prisma.sql`c.email`),
  'contact.name': text(Prisma.sql`c.name`),
  'contact.locale': text(Prisma.sql`c.locale`),
  'contact.timeZone': text(Prisma.sql`c.time_zone`),
  'contact.createdAt': instant(Prisma.sql`c.created_at`),
  'contact.tags': texts(Prisma.sql`c.tags`),
  'lead.stage': text(Prisma.sql`l.stage`),
  'lead.temperature': text(Prisma.sql`l.temperature`),
  'lead.grade': text(Prisma.sql`l.grade`),
  'lead.score': (clock) => ({ number: leadScore(clock), present: Prisma.sql`l.id IS NOT NULL` }),
  'lead.offer': text(Prisma.sql`l.offer`),
  'lead.source': text(Prisma.sql`l.source`),
  'lead.campaign': text(Prisma.sql`l.campaign`),
  'lead.createdAt': instant(Prisma.sql`l.created_at`),
  'client.status': text(Prisma.sql`k.status`),
  'client.firstPurchaseAt': instant(Prisma.sql`k.first_purchase_at`),
  'client.lastPurchaseAt': instant(Prisma.sql`k.last_purchase_at`),
  'client.purchases': number(Prisma.sql`k.purchases`),
  'client.revenue': number(Prisma.sql`k.revenue`),
  'organisation.name': text(Prisma.sql`o.name`),
  'organisation.domain': text(Prisma.sql`o.domain`),
  'organisation.sector': text(Prisma.sql`o.sector`),
  'organisation.size': number(Prisma.sql`o.size`),
  'organisation.country': text(Prisma.sql`o.country`),
};

/** The SQL of the fact at `path`. Throws VIV_CONDITION_INVALID for a path that the schema refuses. */
export function factColumn(path: string, scope: Scope): FactColumn {
  if (isFixedPath(path)) return { ...MISSING, ...COLUMNS[path](scope) };
  const free = freePath(path);
  if (free === undefined) throw failure('VIV_CONDITION_INVALID', { problem: `${path} is not known` });
  const holder = holderOf(free, scope);
  return holder === null ? MISSING : jsonColumn(Prisma.sql`(${holder} -> ${free.name}::text)`);
}

/** Null: outside of a journey nothing began it, and no event is looked at but by a `where`. */
function holderOf({ of }: FreePath, { hasEvent }: Scope): Prisma.Sql | null {
  if (of === 'contact') return Prisma.sql`c.attributes`;
  return of === 'event' && hasEvent ? Prisma.sql`i.properties` : null;
}

/** A JSON value has one type per row; an object, null and a list without one such value have none and count as missing. */
function jsonColumn(value: Prisma.Sql): FactColumn {
  const of = (type: string, sql: Prisma.Sql) => Prisma.sql`CASE jsonb_typeof(${value}) WHEN ${type} THEN ${sql} END`;
  const string = of('string', Prisma.sql`${value} #>> '{}'`);
  return {
    ...NEVER,
    string,
    number: of('number', Prisma.sql`${value}::float8`),
    boolean: of('boolean', Prisma.sql`${value}::boolean`),
    day: writtenDay(string),
    includesAny: (values) => of('array', anyIn(value, values)),
    includesAll: (values) => of('array', allIn(value, values)),
    present: Prisma.sql`coalesce(CASE jsonb_typeof(${value})
      WHEN 'array' THEN jsonb_path_exists(${value},
        'strict $[*] ? (@.type() == "string" || @.type() == "number" || @.type() == "boolean")')
      ELSE jsonb_typeof(${value}) IN ('string', 'number', 'boolean') END, false)`,
  };
}

/** A pause `p` as JSON, shaped like `Pause`. */
export const PAUSE = Prisma.sql`json_build_object('id', p.id, 'mode', p.mode, 'reason', p.reason,
  'scope', CASE WHEN p.contact_id IS NOT NULL THEN 'contact' WHEN p.sequence IS NOT NULL THEN 'sequence ' || p.sequence
    ELSE 'everything' END,
  'since', ${millis(Prisma.sql`p.since`)}, 'endedAt', ${millis(Prisma.sql`p.ended_at`)})`;

/** Numbers are compared as float8, like those that stand alone. */
const hasNumber = (value: Prisma.Sql, numbers: readonly number[]): Prisma.Sql => Prisma.sql`EXISTS (
  SELECT 1 FROM jsonb_array_elements(${value}) AS e(v)
  WHERE CASE jsonb_typeof(e.v) WHEN 'number' THEN e.v::float8 = ANY(${numbers.map(String)}::float8[]) ELSE false END)`;

const hasFlag = (value: Prisma.Sql, flag: boolean): Prisma.Sql =>
  Prisma.sql`${value} @> ${JSON.stringify([flag])}::jsonb`;

function anyIn(value: Prisma.Sql, values: readonly Scalar[]): Prisma.Sql {
  const { strings, numbers, booleans } = byType(values);
  return either([
    ...(strings.length > 0 ? [Prisma.sql`${value} ?| ${strings}::text[]`] : []),
    ...(numbers.length > 0 ? [hasNumber(value, numbers)] : []),
    ...booleans.map((flag) => hasFlag(value, flag)),
  ]);
}

function allIn(value: Prisma.Sql, values: readonly Scalar[]): Prisma.Sql {
  const { strings, numbers, booleans } = byType(values);
  const tests = [
    ...(strings.length > 0 ? [Prisma.sql`${value} ?& ${strings}::text[]`] : []),
    ...numbers.map((number) => hasNumber(value, [number])),
    ...booleans.map((flag) => hasFlag(value, flag)),
  ];
  return Prisma.sql`(${Prisma.join(tests, ' AND ')})`;
}

/** Values by their type: what is equal is equal within one type only. */
export function byType(values: readonly Scalar[]) {
  return {
    strings: values.filter((value) => typeof value === 'string'),
    numbers: values.filter((value) => typeof value === 'number'),
    booleans: values.filter((value) => typeof value === 'boolean'),
  };
}

export const either = (tests: readonly Prisma.Sql[]): Prisma.Sql => Prisma.sql`(${Prisma.join([...tests], ' OR ')})`;

/** A scalar parameter of the type that `column[typeof value]` has. */
export function scalarParam(value: Scalar): Prisma.Sql {
  if (typeof value === 'number') return numberParam(value);
  return typeof value === 'string' ? Prisma.sql`${value}::text` : Prisma.sql`${value}::boolean`;
}

/**
 * The rows that facts come from: contact c, lead l, client k and organisation o, the last three null when there is none.
 * With no `leadId`, the contact's newest lead.
 */
export function factSources(leadId: string | null): Prisma.Sql {
  return Prisma.sql`contact c
    LEFT JOIN LATERAL (
      SELECT * FROM lead WHERE contact_id = c.id AND (${leadId}::uuid IS NULL OR id = ${leadId}::uuid)
      ORDER BY created_at DESC, id DESC LIMIT 1) l ON true
    LEFT JOIN client k ON k.contact_id = c.id
    LEFT JOIN organisation o ON o.id = c.organisation_id`;
}

/** The rows of `factSources` for a statement that looks at everyone, each contact with its newest lead. */
export const ALL_FACT_SOURCES = Prisma.sql`contact c
  LEFT JOIN (SELECT DISTINCT ON (contact_id) * FROM lead ORDER BY contact_id, created_at DESC, id DESC) l ON l.contact_id = c.id
  LEFT JOIN client k ON k.contact_id = c.id
  LEFT JOIN organisation o ON o.id = c.organisation_id`;

/** Over the aliases of `factSources`: the organisation as `Facts` has it. */
export const ORGANISATION = Prisma.sql`CASE WHEN o.id IS NOT NULL THEN json_build_object('id', o.id, 'name', o.name,
  'domain', o.domain, 'sector', o.sector, 'size', o.size, 'country', o.country) END`;

const PERSON = Prisma.sql`json_build_object('id', c.id, 'email', c.email, 'name', c.name, 'locale', c.locale,
  'timeZone', c.time_zone, 'createdAt', ${millis(Prisma.sql`c.created_at`)}, 'attributes', c.attributes,
  'tags', coalesce(c.tags, '{}'))`;
/** A contact as decisions see it, of a row `c`. */
export const CONTACT = Prisma.sql`CASE WHEN c.profiling THEN ${PERSON} ELSE (${PERSON}::jsonb || '{"isScored": false}')::json END`;
