import type { Scalar } from '../domain/conditions/fact';
import { attributeName, type FixedPath, isFixedPath } from '../domain/conditions/fact';
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

/** SQL of one fact over the aliases c, l, k: an expression for each type that it may have; each null when it is missing. */
export interface FactColumn {
  readonly string: Prisma.Sql;
  readonly number: Prisma.Sql;
  readonly boolean: Prisma.Sql;
  readonly instant: Prisma.Sql;
  readonly present: Prisma.Sql;
}

const NEVER = {
  string: Prisma.sql`NULL::text`,
  number: Prisma.sql`NULL::float8`,
  boolean: Prisma.sql`NULL::boolean`,
  instant: Prisma.sql`NULL::timestamptz`,
};

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

type Make = (clock: Clock) => Partial<FactColumn>;
const text =
  (sql: Prisma.Sql): Make =>
  () => ({ string: sql, present: Prisma.sql`${sql} IS NOT NULL` });
const number =
  (sql: Prisma.Sql): Make =>
  () => ({ number: Prisma.sql`${sql}::float8`, present: Prisma.sql`${sql} IS NOT NULL` });
const instant =
  (sql: Prisma.Sql): Make =>
  () => ({ instant: sql, present: Prisma.sql`${sql} IS NOT NULL` });

const COLUMNS: { readonly [P in FixedPath]: Make } = {
  'contact.email': text(Prisma.sql`c.email`),
  'contact.name': text(Prisma.sql`c.name`),
  'contact.locale': text(Prisma.sql`c.locale`),
  'contact.timeZone': text(Prisma.sql`c.time_zone`),
  'contact.createdAt': instant(Prisma.sql`c.created_at`),
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
};

/** The SQL of the fact at `path`. Throws VIV_CONDITION_INVALID for a path that the schema refuses. */
export function factColumn(path: string, clock: Clock): FactColumn {
  if (isFixedPath(path)) return { ...NEVER, present: Prisma.sql`false`, ...COLUMNS[path](clock) };
  const name = attributeName(path);
  if (name === undefined) throw failure('VIV_CONDITION_INVALID', { problem: `${path} is not known` });
  return attributeColumn(Prisma.sql`(c.attributes -> ${name}::text)`);
}

/** A JSON value has one type per contact; a list, an object and null have none of these and count as missing. */
function attributeColumn(value: Prisma.Sql): FactColumn {
  const of = (type: string, sql: Prisma.Sql) => Prisma.sql`CASE jsonb_typeof(${value}) WHEN ${type} THEN ${sql} END`;
  return {
    ...NEVER,
    string: of('string', Prisma.sql`${value} #>> '{}'`),
    number: of('number', Prisma.sql`${value}::float8`),
    boolean: of('boolean', Prisma.sql`${value}::boolean`),
    present: Prisma.sql`coalesce(jsonb_typeof(${value}) IN ('string', 'number', 'boolean'), false)`,
  };
}

/** A pause `p` as JSON, shaped like `Pause`. */
export const PAUSE = Prisma.sql`json_build_object('id', p.id, 'mode', p.mode, 'reason', p.reason,
  'scope', CASE WHEN p.contact_id IS NOT NULL THEN 'contact' WHEN p.sequence IS NOT NULL THEN 'sequence ' || p.sequence
    ELSE 'everything' END,
  'since', ${millis(Prisma.sql`p.since`)}, 'endedAt', ${millis(Prisma.sql`p.ended_at`)})`;

/** A scalar parameter of the type that `column[typeof value]` has. */
export function scalarParam(value: Scalar): Prisma.Sql {
  if (typeof value === 'number') return numberParam(value);
  return typeof value === 'string' ? Prisma.sql`${value}::text` : Prisma.sql`${value}::boolean`;
}

/**
 * The rows that facts come from: contact c, lead l and client k, the last two null when there is none.
 * With no `leadId`, the contact's newest lead.
 */
export function factSources(leadId: string | null): Prisma.Sql {
  return Prisma.sql`contact c
    LEFT JOIN LATERAL (
      SELECT * FROM lead WHERE contact_id = c.id AND (${leadId}::uuid IS NULL OR id = ${leadId}::uuid)
      ORDER BY created_at DESC, id DESC LIMIT 1) l ON true
    LEFT JOIN client k ON k.contact_id = c.id`;
}
