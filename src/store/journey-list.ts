import type { Instant } from '../domain/ids';
import { pauseText } from '../domain/pause/holding';
import type { Pause } from '../domain/pause/pause';
import type { Db } from './db';
import { PAUSE } from './fact-columns';

export interface JourneyFilter {
  readonly contactId?: string;
  readonly sequence?: string;
  readonly status?: 'running' | 'ended';
  readonly limit: number;
  readonly offset: number;
}

export interface JourneyEntry {
  readonly id: string;
  readonly email: string;
  readonly sequence: string;
  readonly version: number;
  readonly status: string;
  readonly step: string | null;
  readonly dueAt: Instant | null;
  /** The pause that holds it, in words; null: none does. */
  readonly held: string | null;
  readonly enteredAt: Instant;
  readonly outcome: string | null;
  readonly reason: string | null;
}

interface Row extends Omit<JourneyEntry, 'dueAt' | 'enteredAt' | 'held'> {
  readonly pause: Pause | null;
  readonly due_at: Date | null;
  readonly entered_at: Date;
}

/** One page of journeys, the newest first, and how many there are in all. */
export async function listJourneys(
  db: Db,
  { contactId, sequence, status, limit, offset }: JourneyFilter,
): Promise<{ readonly total: number; readonly journeys: readonly JourneyEntry[] }> {
  const [total, rows] = await Promise.all([
    db.journey.count({ where: { contactId, sequence, status } }),
    db.$queryRaw<Row[]>`
      SELECT j.id, c.email, j.sequence, v.version, j.status, j.step_id AS step, j.due_at, j.entered_at, j.outcome, j.reason,
        CASE WHEN p.id IS NOT NULL THEN ${PAUSE} END AS pause
      FROM journey j JOIN contact c ON c.id = j.contact_id JOIN sequence_version v ON v.id = j.version_id
        LEFT JOIN pause p ON p.id = j.held_by
      WHERE (${contactId ?? null}::uuid IS NULL OR j.contact_id = ${contactId ?? null}::uuid)
        AND (${sequence ?? null}::text IS NULL OR j.sequence = ${sequence ?? null})
        AND (${status ?? null}::text IS NULL OR j.status = ${status ?? null})
      ORDER BY j.entered_at DESC, j.id DESC LIMIT ${limit} OFFSET ${offset}`,
  ]);
  const journeys = rows.map(({ due_at, entered_at, pause, ...rest }) => ({
    ...rest,
    held: pause && pauseText(pause),
    dueAt: due_at?.getTime() ?? null,
    enteredAt: entered_at.getTime(),
  }));
  return { total, journeys };
}
