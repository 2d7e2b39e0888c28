import { EVENTS } from '../domain/event';
import type { MeasuredTemplate } from '../domain/simulation/model';
import type { Db } from './db';

/** Fewer accepted mails of a template say nothing about it. */
export const LEAST_MAILS = 200;

interface Row {
  readonly template: string;
  readonly accepted: number;
  readonly clicked: number;
  readonly unsubscribed: number;
  readonly called: number;
  readonly delays: readonly number[] | null;
}

/**
 * How recipients took the mails of each template, from our own sends: of those with at least `least` accepted mails that had a week's
 * time. A click, a wish for a call and an unsubscription count once for each mail that they name. Reads alone.
 */
export async function measuredBehaviour(
  db: Db,
  { now, least = LEAST_MAILS }: { readonly now: number; readonly least?: number },
): Promise<ReadonlyMap<string, MeasuredTemplate>> {
  const rows = await db.$queryRaw<Row[]>`
    WITH mail AS (
      SELECT s.id, s.contact_id, s.template, s.settled_at FROM send s
      WHERE s.status = 'accepted' AND s.handoff_id IS NULL AND s.settled_at <= ${new Date(now)}::timestamptz - interval '7 days'),
    reaction AS (
      SELECT m.id, m.template, i.type, min(i.at) - m.settled_at AS after
      FROM mail m JOIN interaction i ON i.contact_id = m.contact_id AND i.at >= m.settled_at
        AND i.type IN (${EVENTS.mailClicked}, ${EVENTS.mailUnsubscribed}, ${EVENTS.callRequested})
        AND i.properties->>'sendId' = m.id::text
      GROUP BY m.id, m.template, m.settled_at, i.type)
    SELECT m.template, count(*)::int AS accepted,
      count(*) FILTER (WHERE c.id IS NOT NULL)::int AS clicked, count(*) FILTER (WHERE u.id IS NOT NULL)::int AS unsubscribed,
      count(*) FILTER (WHERE r.id IS NOT NULL)::int AS called,
      percentile_cont(ARRAY[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]) WITHIN GROUP (
        ORDER BY extract(epoch FROM c.after)::float8 * 1000) FILTER (WHERE c.id IS NOT NULL) AS delays
    FROM mail m
      LEFT JOIN reaction c ON c.id = m.id AND c.type = ${EVENTS.mailClicked}
      LEFT JOIN reaction u ON u.id = m.id AND u.type = ${EVENTS.mailUnsubscribed}
      LEFT JOIN reaction r ON r.id = m.id AND r.type = ${EVENTS.callRequested}
    GROUP BY m.template HAVING count(*) >= ${least} ORDER BY m.template`;
  return new Map(rows.map((row) => [row.template, measured(row)]));
}

function measured({ accepted, clicked, unsubscribed, called, delays }: Row): MeasuredTemplate {
  return {
    accepted,
    clickRate: clicked / accepted,
    unsubscribeRate: unsubscribed / accepted,
    callRate: called / accepted,
    clickDelaysMs: delays ?? [],
  };
}
