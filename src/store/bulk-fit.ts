import type { Facts } from '../domain/facts';
import { type Instant, keyOf } from '../domain/ids';
import { fitChanges, fitNeeds, fitOf } from '../domain/scoring/fit';
import { scoreAt } from '../domain/scoring/interest';
import type { ScoringRules } from '../domain/scoring/rules';
import { judge } from '../domain/scoring/standing';
import type { Tx } from './db';
import { CONTACT, ORGANISATION } from './fact-columns';
import { CLIENT, leadFacts } from './facts';
import { refit } from './fit';
import {
  IS_OPEN,
  IS_SCORED,
  LEAD_COLUMNS,
  type NewEntry,
  type RawLead,
  type Rescoring,
  type ScoredLead,
  scoredLead,
  writeAllScores,
} from './score-rows';

interface FittedLead {
  readonly contactId: string;
  readonly scored: ScoredLead;
  readonly fitEntries: number;
  readonly facts: Facts;
}

/** Contacts, and as of when each is judged. */
export type Judged = ReadonlyMap<string, Instant>;

/**
 * `refit` of many contacts, whose locks the caller holds, as of an instant each: two statements, and one more where a standing changes.
 * One by one where fit rules ask for events.
 */
export async function refitAll(tx: Tx, scoring: ScoringRules, contacts: Judged): Promise<void> {
  if (contacts.size > 0) await writeAllScores(tx, await fitsOf(tx, scoring, contacts));
}

/** What `refitAll` would write, for whoever writes it with more in one statement; where fit rules ask for events, it is written at once. */
export async function fitsOf(tx: Tx, scoring: ScoringRules, contacts: Judged): Promise<readonly Rescoring[]> {
  if (fitNeeds(scoring).size > 0) {
    for (const [contactId, at] of contacts) await refit(tx, scoring, { contactId, at });
    return [];
  }
  const leads = await leadsOf(tx, scoring, contacts);
  return leads.flatMap((lead) => refitted(scoring, lead, contacts.get(lead.contactId) ?? 0));
}

function refitted(
  scoring: ScoringRules,
  { contactId, scored, fitEntries, facts }: FittedLead,
  at: Instant,
): readonly Rescoring[] {
  const { id: leadId, interest } = scored;
  const fit = fitOf(scoring, facts, at);
  const entries = fitChanges(fit, scored.given).map(
    (change): NewEntry => ({ ...change, kind: 'fit', key: keyOf('fit', leadId, change.rule, fitEntries) }),
  );
  const score = scoreAt(interest, Math.max(at, interest.at), scoring.halfLife);
  const { standing, changes } = judge(scoring, scored, { score, fit });
  if (entries.length === 0 && changes.length === 0) return [];
  const cause = keyOf('fit', leadId, fitEntries, at, 0);
  const rescored = { leadId, cause, entries, fitPoints: fit.points, interest, standing, changes };
  return [{ occasion: { contactId, at }, rescored: [rescored] }];
}

type Raw = RawLead &
  Pick<Facts, 'contact' | 'client' | 'organisation'> & {
    readonly contact_id: string;
    readonly facts_of_lead: Facts['lead'];
    readonly fit_entries: number;
  };

async function leadsOf(
  tx: Tx,
  { halfLife }: ScoringRules,
  contacts: ReadonlyMap<string, Instant>,
): Promise<readonly FittedLead[]> {
  const now = Math.max(0, ...contacts.values());
  const rows = await tx.$queryRaw<Raw[]>`
    SELECT l.contact_id, ${LEAD_COLUMNS}, g.given, coalesce(g.entries, 0)::int AS fit_entries,
      ${CONTACT} AS contact, ${leadFacts({ now, halfLife })} AS facts_of_lead, ${CLIENT} AS client, ${ORGANISATION} AS organisation
    FROM contact c JOIN lead l ON l.contact_id = c.id AND ${IS_OPEN} AND ${IS_SCORED}
      LEFT JOIN client k ON k.contact_id = c.id LEFT JOIN organisation o ON o.id = c.organisation_id
      LEFT JOIN LATERAL (
        SELECT json_object_agg(r.rule, r.points) AS given, sum(r.entries) AS entries FROM (
          SELECT rule, sum(points) AS points, count(*) AS entries FROM score_entry
          WHERE lead_id = l.id AND kind = 'fit' GROUP BY rule) AS r) AS g ON true
    WHERE c.id = ANY(${[...contacts.keys()]}::uuid[]) ORDER BY l.id`;
  return rows.map(({ contact, facts_of_lead: lead, client, organisation, ...row }) => ({
    contactId: row.contact_id,
    scored: scoredLead(row),
    fitEntries: row.fit_entries,
    facts: { contact, lead, client, organisation, events: [], lastSeq: 0 },
  }));
}
