import type { IncomingEvent } from '../domain/event';
import { type Instant, keyOf } from '../domain/ids';
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
  type ScoredLead,
  scoredLead,
  writeScores,
} from './score-rows';

export interface ScoredEvent {
  readonly contactId: string;
  readonly interactionId: string;
  readonly event: IncomingEvent;
}

/**
 * Gives the contact's open leads (neither won nor lost) the interest that an event is worth, under the contact's lock. Which
 * leads: the one that the event names; else that of the journey it belongs to (of a client's journey none); else, when its
 * properties name an `offer`, the lead in that offer; else all of them. An event that comes late counts what is left of it.
 * Costs no statement when no rule names the event's type, two when no threshold is crossed, else three.
 */
export async function applyScores(
  tx: Tx,
  scoring: ScoringRules,
  { contactId, interactionId, event }: ScoredEvent,
): Promise<void> {
  const rules = rulesFor(scoring, event.type);
  if (rules.length === 0) return;
  const capped = rules.filter(({ cap }) => cap !== undefined).map(({ name }) => name);
  const all = await leadsOf(tx, event, capped);
  const leads = all.filter(({ isScored }) => isScored);
  if (leads.length < all.length) await refuse(tx, { contactId, interactionId, at: event.at });
  const rescored = leads.flatMap((lead): Rescored[] => {
    const earned = earnedBy(rules, lead);
    if (earned.length === 0) return [];
    const entries = earned.map(
      (one): NewEntry => ({ ...one, kind: 'interest', key: keyOf('interest', interactionId, lead.id, one.rule) }),
    );
    const interest = { points: sumOf(earned), at: event.at };
    return [{ cause: interactionId, entries, ...withInterest(scoring, lead, interest) }];
  });
  await writeScores(tx, { contactId, at: event.at, journeyId: event.journeyId }, rescored);
}

/** Tells that the event would have changed scores. */
function refuse(tx: Tx, o: { readonly contactId: string; readonly interactionId: string; readonly at: Instant }) {
  const { interactionId, ...rest } = o;
  const said = { kind: 'score', outcome: 'not scored', reason: NOT_SCORED } as const;
  return recordDecisions(tx, [{ key: keyOf('score', interactionId), ...rest, ...said }]);
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

async function leadsOf(tx: Tx, event: IncomingEvent, capped: readonly string[]): Promise<readonly EventLead[]> {
  const given = capped.length === 0 ? Prisma.sql`NULL::json` : givenBy(capped);
  const rows = await tx.$queryRaw<(RawLead & { readonly is_scored: boolean })[]>`
    SELECT ${LEAD_COLUMNS}, ${given} AS given, ${IS_SCORED} AS is_scored FROM lead l
    WHERE l.contact_id = ${event.contactId}::uuid AND ${IS_OPEN} AND ${isMeant(event)} ORDER BY l.id`;
  return rows.map((row) => ({ ...scoredLead(row), isScored: row.is_scored }));
}

function isMeant({ leadId, journeyId, properties }: IncomingEvent): Prisma.Sql {
  if (leadId !== undefined) return Prisma.sql`l.id = ${leadId}::uuid`;
  if (journeyId !== undefined) return Prisma.sql`l.id = (SELECT lead_id FROM journey WHERE id = ${journeyId}::uuid)`;
  const offer = properties?.offer;
  return typeof offer === 'string' ? Prisma.sql`l.offer = ${offer}` : Prisma.sql`true`;
}

/** What rules have given lead `l` so far: only capped rules need it. */
function givenBy(rules: readonly string[]): Prisma.Sql {
  return Prisma.sql`(
    SELECT json_object_agg(g.rule, g.points) FROM (
      SELECT rule, sum(points) AS points FROM score_entry
      WHERE lead_id = l.id AND kind = 'interest' AND rule = ANY(${[...rules]}::text[]) GROUP BY rule) AS g)`;
}
