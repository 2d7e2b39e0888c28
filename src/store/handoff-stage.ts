import type { Stage } from '../domain/facts';
import { FURTHER, STAGES } from '../domain/handoff/stage';
import type { Instant } from '../domain/ids';
import { keyOf } from '../domain/ids';
import type { HandoffStatus } from '../domain/journey/move';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import type { Handoff } from './handoff-rows';

interface Applied {
  readonly handoff: Handoff;
  readonly status: HandoffStatus;
  readonly at: Instant;
}

/** Moves the lead to the stage that the answer means; a recycled one whose journey goes on is nurtured again. */
export async function applyAnswerToLead(tx: Tx, applied: Applied): Promise<void> {
  const next = STAGES[applied.status];
  if (!next || !(await moveLead(tx, applied, next)) || applied.status !== 'recycled') return;
  const [journey] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM journey WHERE id = ${applied.handoff.journeyId}::uuid AND status = 'running'`;
  if (journey) await moveLead(tx, applied, { stage: 'nurturing', reason: 'its journey goes on' });
}

async function moveLead(
  tx: Tx,
  { handoff, at }: Applied,
  { stage, reason }: { readonly stage: Stage; readonly reason: string },
): Promise<boolean> {
  const { id, leadId, contactId, journeyId, stepId } = handoff;
  const moved = await tx.$executeRaw`
    UPDATE lead SET stage = ${stage} WHERE id = ${leadId}::uuid AND stage <> ${stage} AND stage <> ALL(${[...FURTHER]})`;
  if (moved === 0) return false;
  await recordDecisions(tx, [
    { key: keyOf('stage', id, stage), contactId, journeyId, stepId, kind: 'stage', outcome: stage, reason, at },
  ]);
  return true;
}
