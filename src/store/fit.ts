import { type Instant, keyOf } from '../domain/ids';
import { fitChanges, fitNeeds, fitOf } from '../domain/scoring/fit';
import { scoreAt } from '../domain/scoring/interest';
import type { ScoringRules } from '../domain/scoring/rules';
import { judge } from '../domain/scoring/standing';
import type { Tx } from './db';
import { readFacts } from './facts';
import {
  IS_OPEN,
  IS_SCORED,
  LEAD_COLUMNS,
  type NewEntry,
  type RawLead,
  type Rescored,
  type ScoredLead,
  scoredLead,
  writeScores,
} from './score-rows';

interface Refit {
  readonly contactId: string;
  readonly at: Instant;
  /** The journey whose step changed the contact. */
  readonly journeyId?: string;
  /** Which of the changes of one turn it was: tells one judgement from the next. */
  readonly position?: number;
}

interface FittedLead extends ScoredLead {
  /** How often its fit has changed: tells one change from the next. */
  readonly fitEntries: number;
}

/**
 * Judges the fit of the contact's open leads anew (unless they object to profiling), as of `at`, under the contact's lock: for whoever has changed what fit rules
 * may look at. src/domain/journey/changed-facts.ts gives a turn the same answer. Only what differs from what was given before is written, so a second time writes nothing. A rule that asks for
 * events or scores is judged at these moments alone: an event by itself changes no fit.
 */
export async function refit(
  tx: Tx,
  scoring: ScoringRules,
  { contactId, at, journeyId, position = 0 }: Refit,
): Promise<void> {
  const rescored: Rescored[] = [];
  for (const lead of await openLeads(tx, contactId)) {
    const judged = await judgeLead(tx, scoring, { lead, contactId, at, position });
    if (judged.entries.length > 0 || judged.changes.length > 0) rescored.push(judged);
  }
  await writeScores(tx, { contactId, at, journeyId }, rescored);
}

async function judgeLead(
  tx: Tx,
  scoring: ScoringRules,
  { lead, contactId, at, position }: Required<Omit<Refit, 'journeyId'>> & { readonly lead: FittedLead },
): Promise<Rescored> {
  const { id: leadId, interest, given, fitEntries } = lead;
  const { halfLife } = scoring;
  const facts = await readFacts(tx, { contactId, leadId, now: at, halfLife, newest: fitNeeds(scoring) });
  const fit = fitOf(scoring, facts, at);
  const entries = fitChanges(fit, given).map(
    (change): NewEntry => ({ ...change, kind: 'fit', key: keyOf('fit', leadId, change.rule, fitEntries) }),
  );
  const score = scoreAt(interest, Math.max(at, interest.at), halfLife);
  const cause = keyOf('fit', leadId, fitEntries, at, position);
  return { leadId, cause, entries, fitPoints: fit.points, interest, ...judge(scoring, lead, { score, fit }) };
}

async function openLeads(tx: Tx, contactId: string): Promise<readonly FittedLead[]> {
  const rows = await tx.$queryRaw<(RawLead & { readonly fit_entries: number })[]>`
    SELECT ${LEAD_COLUMNS}, g.given, coalesce(g.entries, 0)::int AS fit_entries
    FROM lead l LEFT JOIN LATERAL (
      SELECT json_object_agg(r.rule, r.points) AS given, sum(r.entries) AS entries FROM (
        SELECT rule, sum(points) AS points, count(*) AS entries FROM score_entry
        WHERE lead_id = l.id AND kind = 'fit' GROUP BY rule) AS r) AS g ON true
    WHERE l.contact_id = ${contactId}::uuid AND ${IS_OPEN} AND ${IS_SCORED} ORDER BY l.id`;
  return rows.map((row) => ({ ...scoredLead(row), fitEntries: row.fit_entries }));
}
