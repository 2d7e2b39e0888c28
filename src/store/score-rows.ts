import type { Decision } from '../domain/decision';
import type { Grade, Stage, Temperature } from '../domain/facts';
import { type Instant, keyOf } from '../domain/ids';
import type { Interest } from '../domain/scoring/interest';
import type { Standing, StandingChange } from '../domain/scoring/standing';
import { Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import { millis } from './fact-columns';

/** What a lead's row says of its scores. */
export interface ScoredLead extends Standing {
  readonly id: string;
  readonly fitPoints: number;
  readonly interest: Interest;
  /** Points that rules have given so far, by name of the rule, as far as they were asked for. */
  readonly given: ReadonlyMap<string, number>;
}

export interface NewEntry {
  /** The cause and the rule: the same key counts once. */
  readonly key: string;
  readonly kind: 'fit' | 'interest';
  readonly rule: string;
  readonly points: number;
  readonly reason: string;
}

/** A lead whose scores change for one cause. */
export interface Rescored {
  readonly leadId: string;
  /** Id of what made the scores change: an interaction, a change of the fit. */
  readonly cause: string;
  readonly entries: readonly NewEntry[];
  readonly fitPoints: number;
  readonly interest: Interest;
  readonly standing: Standing;
  /** One that another cause has brought about names it. */
  readonly changes: readonly (StandingChange & { readonly cause?: string })[];
}

/** What made scores change, with whom. */
export interface Occasion {
  readonly contactId: string;
  readonly at: Instant;
  /** The journey in which it happened. */
  readonly journeyId?: string;
}

/** What a scored lead needs of lead `l`, but for `given`. */
export const LEAD_COLUMNS = Prisma.sql`l.id, l.stage, l.temperature, l.grade, l.fit_points, l.interest,
  ${millis(Prisma.sql`l.interest_at`)} AS interest_at`;

/** Whether scores of lead `l` still change. */
export const IS_OPEN = Prisma.sql`l.stage NOT IN ('won', 'lost')`;

/** Whether lead `l` is of someone who may be scored: who objects to profiling is not. */
export const IS_SCORED = Prisma.sql`(SELECT c.profiling FROM contact c WHERE c.id = l.contact_id)`;

export const NOT_SCORED = 'the contact objects to profiling, and is not scored';

export interface RawLead {
  readonly id: string;
  readonly stage: Stage;
  readonly temperature: Temperature;
  readonly grade: Grade;
  readonly fit_points: number;
  readonly interest: number;
  readonly interest_at: number;
  readonly given: { readonly [rule: string]: number } | null;
}

export function scoredLead(row: RawLead): ScoredLead {
  const { id, stage, temperature, grade } = row;
  const interest = { points: row.interest, at: row.interest_at };
  return {
    id,
    stage,
    temperature,
    grade,
    fitPoints: row.fit_points,
    interest,
    given: new Map(Object.entries(row.given ?? {})),
  };
}

/** Leads that one occasion has rescored. */
export interface Rescoring {
  readonly occasion: Occasion;
  readonly rescored: readonly Rescored[];
}

/** `writeAllScores` of one occasion. */
export function writeScores(tx: Tx, occasion: Occasion, rescored: readonly Rescored[]): Promise<void> {
  return writeAllScores(tx, [{ occasion, rescored }]);
}

/**
 * Writes score entries, the leads' rows and the decisions that belong to them, under the contacts' locks: one statement, and one
 * more where a standing changes. Each lead at most once. A lead whose entries are on record already is left as it is.
 */
export async function writeAllScores(tx: Tx, rescorings: readonly Rescoring[]): Promise<void> {
  const all = rescorings.flatMap(({ occasion, rescored }) => rescored.map((lead) => ({ occasion, lead })));
  if (all.length === 0) return;
  const written = new Set(await writeLeads(tx, all));
  const decisions = all
    .filter(({ lead }) => written.has(lead.leadId))
    .flatMap(({ occasion, lead }) => lead.changes.map((change) => decisionOf(occasion, lead, change)));
  await recordDecisions(tx, decisions);
}

interface LeadRescored {
  readonly occasion: Occasion;
  readonly lead: Rescored;
}

async function writeLeads(tx: Tx, all: readonly LeadRescored[]): Promise<readonly string[]> {
  const entries = all.flatMap(({ occasion: { contactId, at }, lead: { leadId, entries: own } }) =>
    own.map((entry) => ({ ...entry, lead_id: leadId, contact_id: contactId, at: new Date(at).toISOString() })),
  );
  const leads = all.map(({ occasion, lead: { leadId, fitPoints, interest, standing, entries: own } }) => ({
    id: leadId,
    at: new Date(occasion.at).toISOString(),
    fit_points: fitPoints,
    interest: interest.points,
    interest_at: new Date(interest.at).toISOString(),
    has_entries: own.length > 0,
    ...standing,
  }));
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH entry AS (
      INSERT INTO score_entry (key, lead_id, contact_id, kind, rule, points, reason, at)
      SELECT key, lead_id, contact_id, kind, rule, points, reason, at
      FROM json_to_recordset(${JSON.stringify(entries)}::json) AS r(key text, lead_id uuid, contact_id uuid, kind text,
        rule text, points float8, reason text, at timestamptz)
      ON CONFLICT (key) DO NOTHING RETURNING lead_id)
    UPDATE lead SET fit_points = r.fit_points, interest = r.interest, interest_at = r.interest_at, grade = r.grade,
      temperature = r.temperature, stage = r.stage,
      mql_at = CASE WHEN r.stage = 'mql' THEN coalesce(lead.mql_at, r.at) ELSE lead.mql_at END
    FROM json_to_recordset(${JSON.stringify(leads)}::json) AS r(id uuid, at timestamptz, fit_points int, interest float8,
      interest_at timestamptz, has_entries boolean, grade text, temperature text, stage text)
    WHERE lead.id = r.id AND (NOT r.has_entries OR lead.id IN (SELECT lead_id FROM entry)) RETURNING lead.id`;
  return rows.map(({ id }) => id);
}

function decisionOf(
  { contactId, journeyId, at }: Occasion,
  { leadId, cause }: Rescored,
  change: Rescored['changes'][number],
): Decision {
  const { part, kind, outcome, reason } = change;
  return {
    key: keyOf(part, leadId, change.cause ?? cause),
    contactId,
    journeyId,
    kind,
    outcome,
    reason,
    at,
    data: { leadId },
  };
}
