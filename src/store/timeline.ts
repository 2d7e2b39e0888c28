import type { Db } from './db';

export interface TimelineEntry {
  /** Whole days since the journey was entered; 0 is the first day. */
  readonly day: number;
  readonly at: string;
  readonly contact: string;
  /** The contact's. */
  readonly timeZone: string;
  readonly sequence: string;
  readonly step: string | null;
  readonly kind: string;
  readonly outcome: string;
  readonly reason: string;
  readonly subject: string | null;
}

/** Every decision of the journeys of one database, per contact in the order it was made: the story that a rehearsal tells. */
export async function timeline(db: Db): Promise<readonly TimelineEntry[]> {
  const rows = await db.$queryRaw<(Omit<TimelineEntry, 'at'> & { at: Date })[]>`
    SELECT floor(extract(epoch FROM d.at - j.entered_at) / 86400)::int AS day, d.at, c.email AS contact,
      c.time_zone AS "timeZone", j.sequence,
      d.step_id AS step, d.kind, d.outcome, d.reason,
      CASE WHEN d.kind = 'send' THEN (
        SELECT s.subject FROM send s WHERE s.journey_id = j.id AND s.step_id = d.step_id AND s.settled_at <= d.at
        ORDER BY s.settled_at DESC LIMIT 1) END AS subject
    FROM decision d JOIN journey j ON j.id = d.journey_id JOIN contact c ON c.id = d.contact_id
    ORDER BY c.email, d.at, d.seq`;
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
