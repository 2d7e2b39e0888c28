import type { Temperature } from '../domain/facts';
import type { Instant } from '../domain/ids';
import type { ScoringRules } from '../domain/scoring/rules';
import { Prisma, type Tx } from './db';
import { instantParam, leadScore, numberParam } from './fact-columns';
import { IS_OPEN } from './score-rows';

interface PageRequest {
  readonly now: Instant;
  /** Last lead of the page before; null for the first page. */
  readonly after: string | null;
  /** Most leads of one page. */
  readonly limit: number;
}

export interface TemperaturePage {
  /** The new temperatures. */
  readonly moved: readonly Temperature[];
  /** Last lead that was looked at; null: there is nobody after this page. */
  readonly last: string | null;
}

/**
 * Gives a page of open leads the temperature of their interest at `now`, with a decision for each: interest fades without any
 * event. In the caller's transaction, which then holds the locks of their contacts. A second time finds nothing to change.
 * src/domain/scoring/standing.ts gives the same answer.
 */
export async function sweepTemperatures(
  tx: Tx,
  scoring: ScoringRules,
  { now, after, limit }: PageRequest,
): Promise<TemperaturePage> {
  const due = dueLeads(scoring, now);
  const page = await tx.$queryRaw<{ id: string; contact_id: string }[]>`
    SELECT l.id, l.contact_id FROM lead l
    WHERE (${after}::uuid IS NULL OR l.id > ${after}::uuid) AND ${due.isDue} ORDER BY l.id LIMIT ${limit}`;
  const ids = page.map(({ id }) => id);
  if (ids.length === 0) return { moved: [], last: null };
  const contactIds = page.map((row) => row.contact_id);
  await tx.$queryRaw`SELECT id FROM contact WHERE id = ANY(${contactIds}::uuid[]) ORDER BY id FOR UPDATE`;
  const moved = await move(tx, { ids, due, now }); // reads anew: an event may have come before the lock
  const last = ids.length < limit ? null : (ids.at(-1) ?? null);
  return { moved: moved.map(({ temperature }) => temperature), last };
}

interface DueLeads {
  readonly score: Prisma.Sql;
  /** The temperature that its score gives lead l. */
  readonly temperature: Prisma.Sql;
  readonly reason: Prisma.Sql;
  /** Whether that is another than it has. */
  readonly isDue: Prisma.Sql;
}

function dueLeads({ temperature: { warm, hot }, halfLife }: ScoringRules, now: Instant): DueLeads {
  const score = leadScore({ now, halfLife });
  const temperature = Prisma.sql`(CASE WHEN ${score} >= ${numberParam(hot)} THEN 'hot'
    WHEN ${score} >= ${numberParam(warm)} THEN 'warm' ELSE 'cold' END)`;
  const reason = Prisma.sql`(CASE temperature WHEN 'hot' THEN ' is at least ' || ${String(hot)}
    WHEN 'warm' THEN ' is at least ' || ${String(warm)} ELSE ' is below ' || ${String(warm)} END)`;
  const isDue = Prisma.sql`(${IS_OPEN} AND l.temperature <> ${temperature})`;
  return { score, temperature, reason, isDue };
}

function move(
  tx: Tx,
  { ids, due, now }: { readonly ids: readonly string[]; readonly due: DueLeads; readonly now: Instant },
): Promise<readonly { readonly temperature: Temperature }[]> {
  const at = instantParam(now);
  return tx.$queryRaw<{ temperature: Temperature }[]>`
    WITH page AS (
      SELECT l.id, ${due.temperature} AS temperature, ${due.score} AS score FROM lead l
      WHERE l.id = ANY(${[...ids]}::uuid[]) AND ${due.isDue}),
    moved AS (
      UPDATE lead SET temperature = page.temperature FROM page WHERE lead.id = page.id
      RETURNING lead.id, lead.contact_id, page.temperature, page.score),
    decided AS (
      INSERT INTO decision (key, contact_id, kind, outcome, reason, at, data)
      SELECT 'temperature:' || id || ':' || ${String(now)}, contact_id, 'score', temperature,
        'score ' || score || ${due.reason} || ', as interest fades', ${at}, json_build_object('leadId', id)
      FROM moved ORDER BY id ON CONFLICT (key) DO NOTHING)
    SELECT temperature FROM moved ORDER BY id`;
}
