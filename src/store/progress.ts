import type { Db } from './db';

export interface JourneyProgress {
  readonly running: number;
  readonly ended: number;
  /** Handoffs that no one has answered yet. */
  readonly openHandoffs: number;
  /** The latest business time that any journey has reached; null before the first. */
  readonly reachedAt: number | null;
}

/** How far all journeys of a database have come. */
export async function journeyProgress(db: Db): Promise<JourneyProgress> {
  const [row] = await db.$queryRaw<{ running: number; ended: number; open: number; reached: number | null }[]>`
    SELECT count(*) FILTER (WHERE status = 'running')::int AS running, count(*) FILTER (WHERE status = 'ended')::int AS ended,
      (SELECT count(*)::int FROM handoff WHERE status IN ('offered', 'escalated')) AS open,
      (SELECT (extract(epoch FROM max(at)) * 1000)::float8 FROM decision) AS reached
    FROM journey`;
  return {
    running: row?.running ?? 0,
    ended: row?.ended ?? 0,
    openHandoffs: row?.open ?? 0,
    reachedAt: row?.reached ?? null,
  };
}
