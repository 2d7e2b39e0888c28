import type { Decision } from '../domain/decision';
import type { IncomingEvent } from '../domain/event';
import { keyOf } from '../domain/ids';
import { earnedBy, rulesFor } from '../domain/scoring/earned';
import { addInterest, type Interest, scoreAt } from '../domain/scoring/interest';
import type { ScoringRules } from '../domain/scoring/rules';
import { judge } from '../domain/scoring/standing';
import { Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import {
  IS_OPEN,
  IS_SCORED,
  LEAD_COLUMNS,
  type NewEntry,
  NOT_SCORED,
  type RawLead,
  type Rescored,
  type Rescoring,
  type ScoredLead,
  scoredLead,
  writeAllScores,
} from './score-rows';

export interface ScoredEvent {
  readonly contactId: string;
  readonly interactionId: string;
  readonly event: IncomingEvent;
}

/**
 * Gives each contact's open leads (neither won nor lost) the interest that an event is worth, under the contact's lock. Which
 * leads: the one that the event names; else that of the journey it belongs to (of a client's journey none); else, when its
 * properties name an `offer`, the lead in that offer; else all of them. An event that comes late counts what is left of it.
 * At most one event of a contact. Costs no statement when no rule names a type of the events, two when no threshold is crossed,
 * else three, however many events there are. `fits`: what the same transaction makes of the fit of the contacts' leads, which was judged
 * before the events; it is written with their points.
 */
export async function applyScores(
  tx: Tx,
  scoring: ScoringRules,
  events: readonly ScoredEvent[],
  fits: readonly Rescoring[] = [],
): Promise<void> {
  const scored = events.filter(({ event }) => rulesFor(scoring, event.type).length > 0);
  if (scored.length === 0) return writeAllScores(tx, fits);
  const fitted = new Map(fits.flatMap(({ rescored }) => rescored.map((lead) => [lead.leadId, lead] as const)));
  const leads = await leadsOf(tx, scoring, { events: scored, fitted });
  const isRefused = ({ interactionId }: ScoredEvent) => leads.get(interactionId)?.some(({ isScored }) => !isScored);
  await recordDecisions(tx, scored.filter(isRefused).map(refused));
  const rescorings = scored.map((one) => rescoring(scoring, one, leads.get(one.interactionId) ?? []));
  await writeAllScores(tx, together(fits, fitted, rescorings));
}

type Fitted = ReadonlyMap<string, Rescored>;

/** Each lead once, with the points of its fit before those of its events. */
function together(fits: readonly Rescoring[], fitted: Fitted, rescorings: readonly Rescoring[]): readonly Rescoring[] {
  if (fitted.size === 0) return rescorings;
  const both = new Set<string>();
  const scored = rescorings.map(({ occasion, rescored }) => ({
    occasion,
    rescored: rescored.map((lead): Rescored => {
      const fit = fitted.get(lead.leadId);
      if (!fit) return lead;
      both.add(lead.leadId);
      const changes = [...fit.changes.map((change) => ({ ...change, cause: fit.cause })), ...lead.changes];
      return { ...lead, entries: [...fit.entries, ...lead.entries], changes };
    }),
  }));
  const alone = fits.map(({ occasion, rescored }) => ({
    occasion,
    rescored: rescored.filter(({ leadId }) => !both.has(leadId)),
  }));
  return [...alone, ...scored];
}

function rescoring(
  scoring: ScoringRules,
  { contactId, interactionId, event }: ScoredEvent,
  leads: readonly EventLead[],
): Rescoring {
  const rules = rulesFor(scoring, event.type);
  const scored = leads.filter(({ isScored }) => isScored);
  const rescored = scored.flatMap((lead): Rescored[] => {
    const earned = earnedBy(rules, lead);
    if (earned.length === 0) return [];
    const entries = earned.map(
      (one): NewEntry => ({ ...one, kind: 'interest', key: keyOf('interest', interactionId, lead.id, one.rule) }),
    );
    const interest = { points: sumOf(earned), at: event.at };
    return [{ cause: interactionId, entries, ...withInterest(scoring, lead, interest) }];
  });
  return { occasion: { contactId, at: event.at, journeyId: event.journeyId }, rescored };
}

/** Tells that the event would have changed scores. */
function refused({ contactId, interactionId, event: { at } }: ScoredEvent): Decision {
  const key = keyOf('score', interactionId);
  return { key, contactId, at, kind: 'score', outcome: 'not scored', reason: NOT_SCORED };
}

const sumOf = (parts: readonly { readonly points: number }[]): number =>
  parts.reduce((sum, { points }) => sum + points, 0);

/** Judged as of the newest moment that the lead's interest speaks of: a late event does not bring back what has faded since. */
function withInterest(scoring: ScoringRules, lead: ScoredLead, earned: Interest): Omit<Rescored, 'cause' | 'entries'> {
  const interest = addInterest(lead.interest, earned, scoring.halfLife);
  const score = scoreAt(interest, interest.at, scoring.halfLife);
  return { leadId: lead.id, fitPoints: lead.fitPoints, interest, ...judge(scoring, lead, { score }) };
}

type EventLead = ScoredLead & { readonly isScored: boolean };

/** The leads that each event means, by its interaction. */
async function leadsOf(
  tx: Tx,
  scoring: ScoringRules,
  { events, fitted }: { readonly events: readonly ScoredEvent[]; readonly fitted: Fitted },
): Promise<ReadonlyMap<string, readonly EventLead[]>> {
  const told = events.map(({ contactId, interactionId, event }) => ({
    interaction: interactionId,
    contact: contactId,
    lead: event.leadId,
    journey: event.journeyId,
    offer: typeof event.properties?.offer === 'string' ? event.properties.offer : undefined,
    capped: cappedFor(scoring, event.type),
  }));
  const rows = await tx.$queryRaw<(RawLead & { readonly is_scored: boolean; readonly interaction: string })[]>`
    SELECT e.interaction, ${LEAD_COLUMNS}, ${GIVEN} AS given, ${IS_SCORED} AS is_scored
    FROM json_to_recordset(${JSON.stringify(told)}::json) AS e(interaction text, contact uuid, lead uuid, journey uuid,
      offer text, capped text[])
    JOIN lead l ON l.contact_id = e.contact AND ${IS_OPEN} AND ${IS_MEANT} ORDER BY l.id`;
  const leads = new Map<string, EventLead[]>();
  for (const row of rows) {
    const known = leads.get(row.interaction) ?? [];
    const fit = fitted.get(row.id);
    const lead = scoredLead(row);
    known.push({ ...lead, ...fit?.standing, fitPoints: fit?.fitPoints ?? lead.fitPoints, isScored: row.is_scored });
    leads.set(row.interaction, known);
  }
  return leads;
}

const cappedFor = (scoring: ScoringRules, type: string): readonly string[] =>
  rulesFor(scoring, type).flatMap(({ name, cap }) => (cap === undefined ? [] : [name]));

/** Whether event `e` is about lead `l`. */
const IS_MEANT = Prisma.sql`(CASE
  WHEN e.lead IS NOT NULL THEN l.id = e.lead
  WHEN e.journey IS NOT NULL THEN l.id = (SELECT lead_id FROM journey WHERE id = e.journey)
  WHEN e.offer IS NOT NULL THEN l.offer = e.offer ELSE true END)`;

/** What the capped rules of event `e` have given lead `l` so far: no others need it. */
const GIVEN = Prisma.sql`(CASE WHEN cardinality(e.capped) > 0 THEN (
  SELECT json_object_agg(g.rule, g.points) FROM (
    SELECT rule, sum(points) AS points FROM score_entry
    WHERE lead_id = l.id AND kind = 'interest' AND rule = ANY(e.capped) GROUP BY rule) AS g) END)`;
