import type { Db } from './db';

/** What came of the journeys of one database: the figures of a rehearsal or a demo. Mails of copied contacts' earlier lives are not theirs. */
export interface JourneySummary {
  readonly leads: number;
  readonly clients: number;
  /** Of leads, and how many of them have ended. */
  readonly journeys: number;
  readonly journeysFinished: number;
  readonly clientJourneys: number;
  readonly clientJourneysFinished: number;
  /** To leads and clients. */
  readonly mailsAccepted: number;
  readonly mailsToReps: number;
  readonly mailsUnknown: number;
  readonly clicks: number;
  readonly mqls: number;
  readonly handoffs: number;
  readonly handoffsAccepted: number;
  readonly handoffsRecycled: number;
  readonly handoffsRejected: number;
  readonly handoffsExpired: number;
  readonly reactivated: number;
  readonly decisions: number;
  /** Days from the first entry to the last end. */
  readonly virtualDays: number;
  readonly outcomes: { readonly [outcome: string]: number };
}

type Counts = Omit<JourneySummary, 'outcomes'>;

export async function summaryOf(db: Db): Promise<JourneySummary> {
  const [counts] = await db.$queryRaw<Counts[]>`
    SELECT (SELECT count(DISTINCT lead_id)::int FROM journey) AS leads,
      (SELECT count(DISTINCT j.contact_id)::int FROM journey j WHERE lead_id IS NULL) AS clients,
      (SELECT count(*)::int FROM journey WHERE lead_id IS NOT NULL) AS journeys,
      (SELECT count(*)::int FROM journey WHERE lead_id IS NOT NULL AND status = 'ended') AS "journeysFinished",
      (SELECT count(*)::int FROM journey WHERE lead_id IS NULL) AS "clientJourneys",
      (SELECT count(*)::int FROM journey WHERE lead_id IS NULL AND status = 'ended') AS "clientJourneysFinished",
      (SELECT count(*)::int FROM send JOIN journey j ON j.id = journey_id WHERE send.status = 'accepted' AND handoff_id IS NULL) AS "mailsAccepted",
      (SELECT count(*)::int FROM send JOIN journey j ON j.id = journey_id WHERE send.status = 'accepted' AND handoff_id IS NOT NULL) AS "mailsToReps",
      (SELECT count(*)::int FROM send JOIN journey j ON j.id = journey_id WHERE send.status = 'unknown') AS "mailsUnknown",
      (SELECT count(*)::int FROM interaction i JOIN journey j ON j.id = i.journey_id WHERE i.type = 'mail.clicked') AS clicks,
      (SELECT count(*)::int FROM lead WHERE mql_at IS NOT NULL) AS mqls,
      (SELECT count(*)::int FROM handoff) AS handoffs,
      (SELECT count(*)::int FROM handoff WHERE status = 'accepted') AS "handoffsAccepted",
      (SELECT count(*)::int FROM handoff WHERE status = 'recycled') AS "handoffsRecycled",
      (SELECT count(*)::int FROM handoff WHERE status = 'rejected') AS "handoffsRejected",
      (SELECT count(*)::int FROM handoff WHERE status = 'expired') AS "handoffsExpired",
      (SELECT count(*)::int FROM journey WHERE lead_id IS NULL AND outcome = 'goal') AS reactivated,
      (SELECT count(*)::int FROM decision) AS decisions,
      (SELECT coalesce(round((extract(epoch FROM max(ended_at) - min(entered_at)) / 86400)::numeric, 1), 0)::float8 FROM journey)
        AS "virtualDays"`;
  if (!counts) throw new Error('a count answers one row');
  const outcomes = await db.$queryRaw<{ outcome: string; count: number }[]>`
    SELECT sequence || ': ' || coalesce(outcome, 'running') AS outcome, count(*)::int AS count FROM journey GROUP BY 1 ORDER BY 2 DESC, 1`;
  return { ...counts, outcomes: Object.fromEntries(outcomes.map((row) => [row.outcome, row.count])) };
}
