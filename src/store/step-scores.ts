import { type Instant, keyOf } from '../domain/ids';
import { scoreAt, withStepPoints } from '../domain/scoring/interest';
import type { ScoringRules } from '../domain/scoring/rules';
import { judge } from '../domain/scoring/standing';
import type { Change } from '../domain/steps/handler';
import { Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import type { JourneyRow } from './journeys';
import {
  IS_SCORED,
  LEAD_COLUMNS,
  type NewEntry,
  NOT_SCORED,
  type RawLead,
  scoredLead,
  writeScores,
} from './score-rows';

interface StepScore {
  readonly journey: JourneyRow;
  readonly change: Extract<Change, { type: 'score' }>;
  readonly now: Instant;
}

/**
 * Gives the journey's lead the points of a step, once by the key of its visit, and judges it anew, under the contact's lock. A
 * lead that is won or lost is scored no more, which a decision says. src/domain/journey/changed-facts.ts gives the same answer.
 */
export async function applyStepScore(
  tx: Tx,
  scoring: ScoringRules,
  { journey, change, now }: StepScore,
): Promise<void> {
  const { id: journeyId, contactId, leadId } = journey;
  const { key, stepId, points, reason } = change;
  const [row] = await tx.$queryRaw<(RawLead & { readonly is_scored: boolean })[]>`
    SELECT ${LEAD_COLUMNS}, ${Prisma.sql`NULL::json`} AS given, ${IS_SCORED} AS is_scored FROM lead l WHERE l.id = ${leadId}::uuid`;
  if (!row || row.stage === 'won' || row.stage === 'lost' || !row.is_scored) {
    const why = !row
      ? 'there is no lead to score'
      : row.is_scored
        ? `the lead is ${row.stage}, and is scored no more`
        : NOT_SCORED;
    const said = { contactId, journeyId, stepId, kind: 'score', outcome: 'not scored', reason: why, at: now } as const;
    return recordDecisions(tx, [{ ...said, key: keyOf('score', key) }]);
  }
  const lead = scoredLead(row);
  const interest = withStepPoints(lead.interest, { points, at: now }, scoring.halfLife);
  const score = scoreAt(interest, interest.at, scoring.halfLife);
  const entry: NewEntry = { key, kind: 'interest', rule: `step:${stepId}`, points, reason };
  const { id, fitPoints } = lead;
  const rescored = {
    leadId: id,
    cause: key,
    entries: [entry],
    fitPoints,
    interest,
    ...judge(scoring, lead, { score }),
  };
  await writeScores(tx, { contactId, at: now, journeyId }, [rescored]);
}
