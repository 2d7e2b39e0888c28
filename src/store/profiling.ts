import { type Instant, keyOf } from '../domain/ids';
import { judge } from '../domain/scoring/standing';
import { Prisma, type Tx } from './db';
import { refit } from './fit';
import {
  IS_OPEN,
  LEAD_COLUMNS,
  type NewEntry,
  type RawLead,
  type Rescored,
  scoredLead,
  writeScores,
} from './score-rows';
import type { TurnDeps } from './turn';

const OBJECTION = 'objection to profiling';

interface Objection {
  readonly contactId: string;
  readonly at: Instant;
  /** Id of what they said it by. */
  readonly cause: string;
}

/**
 * From now on the contact is not scored, under its lock: its open leads lose their points, so that nothing that looks at scores
 * goes by them. GDPR art. 21(1), (2). Stages stay: they say what people have done with a lead.
 */
export async function endProfiling(tx: Tx, { rules }: TurnDeps, { contactId, at, cause }: Objection): Promise<void> {
  const count = await tx.$executeRaw`UPDATE contact SET profiling = false WHERE id = ${contactId}::uuid AND profiling`;
  if (count === 0) return;
  const rows = await tx.$queryRaw<RawLead[]>`
    SELECT ${LEAD_COLUMNS}, ${Prisma.sql`NULL::json`} AS given FROM lead l
    WHERE l.contact_id = ${contactId}::uuid AND ${IS_OPEN} ORDER BY l.id`;
  const rescored = rows.map(scoredLead).map((lead): Rescored => {
    const entry = (kind: NewEntry['kind'], points: number): NewEntry[] =>
      points === 0
        ? []
        : [
            {
              key: keyOf('objection', cause, lead.id, kind),
              kind,
              rule: OBJECTION,
              points: -points,
              reason: OBJECTION,
            },
          ];
    const { standing, changes } = judge(rules.scoring, lead, { score: 0, fit: { points: 0, grade: 'D' } });
    return {
      leadId: lead.id,
      cause,
      entries: [...entry('interest', lead.interest.points), ...entry('fit', lead.fitPoints)],
      fitPoints: 0,
      interest: { points: 0, at: Math.max(at, lead.interest.at) },
      standing,
      changes: changes.map((change) => ({ ...change, reason: OBJECTION })),
    };
  });
  await writeScores(tx, { contactId, at }, rescored);
}

/** Scores begin anew, at nothing; the fit is judged by what is on record. */
export async function allowProfiling(
  tx: Tx,
  { rules }: TurnDeps,
  { contactId, at }: Omit<Objection, 'cause'>,
): Promise<void> {
  const count =
    await tx.$executeRaw`UPDATE contact SET profiling = true WHERE id = ${contactId}::uuid AND NOT profiling`;
  if (count > 0) await refit(tx, rules.scoring, { contactId, at });
}
