import { EVENTS } from '../domain/event';
import { dueText, type Happening, type Place, type StoryLine, storyLines } from '../domain/handoff/story';
import type { Instant, Json } from '../domain/ids';
import type { Rules } from '../domain/rules';
import type { Tx } from './db';
import { readFacts } from './facts';
import { type Handoff, readHandoff } from './handoff-rows';

/** All that a rep needs to answer a handoff. It names people: for mails and pages to sales, never for Temporal's histories. */
export interface HandoffCase {
  readonly handoff: Handoff;
  /** Whom it was offered to. */
  readonly rep: Person | null;
  /** Who gets it when it is escalated. */
  readonly manager: Person | null;
  readonly contact: {
    readonly name: string | null;
    readonly email: string;
    readonly locale: string;
    readonly timeZone: string;
  };
  /** Null for a contact that is in the journey as a client. */
  readonly lead: {
    readonly offer: string;
    readonly score: number;
    readonly grade: string;
    readonly temperature: string;
  } | null;
  /** The newest happenings, the oldest of them first. */
  readonly story: readonly StoryLine[];
  readonly dueText: string;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

const STORY_LENGTH = 15;

/** The handoff with its people and the lead's story as of `now`. Throws VIV_NOT_FOUND. */
export async function readCase(
  tx: Tx,
  rules: Rules,
  { handoffId, now }: { readonly handoffId: string; readonly now: Instant },
): Promise<HandoffCase> {
  const handoff = await readHandoff(tx, handoffId);
  const { contactId, leadId } = handoff;
  const { contact, lead } = await readFacts(tx, { contactId, leadId, now, halfLife: rules.scoring.halfLife });
  const place: Place = { zone: contact.timeZone, locale: contact.locale };
  const people = await peopleOf(tx, handoff);
  return {
    handoff,
    rep: people.find(({ id }) => id === handoff.repId) ?? null,
    manager: people.find(({ isManager }) => isManager) ?? null,
    contact,
    lead: leadId === null ? null : lead,
    story: storyLines(await newestHappenings(tx, contactId), place),
    dueText: dueText(handoff.dueAt, place),
  };
}

/** The rep, also one who has left since, and the team's active manager. */
function peopleOf(tx: Tx, { repId, team }: Handoff): Promise<readonly (Person & { readonly isManager: boolean })[]> {
  return tx.$queryRaw<(Person & { isManager: boolean })[]>`
    SELECT id, name, email, is_manager AND active AND team = ${team} AS "isManager" FROM rep
    WHERE id = ${repId}::uuid OR (team = ${team} AND is_manager AND active) ORDER BY id`;
}

interface HappeningRow {
  readonly at: Instant;
  readonly event: string | null;
  readonly properties: { readonly [key: string]: Json } | null;
  readonly subject: string | null;
  readonly outcome: string | null;
  readonly reason: string | null;
}

async function newestHappenings(tx: Tx, contactId: string): Promise<readonly Happening[]> {
  const rows = await tx.$queryRaw<HappeningRow[]>`
    WITH events AS (
      SELECT at, seq, type, properties,
        CASE WHEN properties->>'sendId' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN (properties->>'sendId')::uuid END AS send_id
      FROM interaction WHERE contact_id = ${contactId}::uuid AND type <> ${EVENTS.handoffOffered}
      ORDER BY seq DESC LIMIT ${STORY_LENGTH}),
    decisions AS (
      SELECT at, seq, outcome, reason FROM decision
      WHERE contact_id = ${contactId}::uuid AND kind IN ('score', 'stage') ORDER BY seq DESC LIMIT ${STORY_LENGTH})
    SELECT (extract(epoch FROM at) * 1000)::float8 AS at, event, properties, subject, outcome, reason FROM (
      SELECT e.at, 0 AS rank, e.seq, e.type AS event, e.properties, s.subject, NULL AS outcome, NULL AS reason
      FROM events e LEFT JOIN send s ON s.id = e.send_id AND s.contact_id = ${contactId}::uuid
      UNION ALL SELECT at, 1, seq, NULL, NULL, NULL, outcome, reason FROM decisions) happening
    ORDER BY happening.at DESC, rank DESC, seq DESC LIMIT ${STORY_LENGTH}`;
  return rows
    .reverse()
    .map(({ at, event, properties, subject, outcome, reason }) =>
      event === null
        ? { type: 'decision', at, outcome: outcome ?? '', reason: reason ?? '' }
        : { type: 'event', at, event, properties: properties ?? {}, subject },
    );
}
