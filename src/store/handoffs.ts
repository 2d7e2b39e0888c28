import { failure } from '../domain/errors';
import { EVENTS } from '../domain/event';
import { type Answer, statusesBefore, statusOf } from '../domain/handoff/status';
import { type Instant, keyOf } from '../domain/ids';
import { lockContact, Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import { type Handoff, moveHandoff, readHandoff } from './handoff-rows';
import { applyAnswerToLead } from './handoff-stage';
import { ingestIn } from './ingest';
import { enqueue } from './outbox';
import type { TurnDeps } from './turn';

export { offer } from './handoff-offer';
export { type Handoff, type HandoffFilter, listHandoffs, readHandoff } from './handoff-rows';

export interface HandoffAnswer {
  readonly handoffId: string;
  readonly action: Answer;
  /** In the words of whoever answers; may be empty. */
  readonly reason: string;
  readonly at: Instant;
  /** Who answers, for the stored reason. */
  readonly by?: string;
}

export interface Answered {
  readonly handoff: Handoff;
  /** Ids of the workflows that were woken. */
  readonly pokes: readonly string[];
}

/**
 * Records the answer to a handoff: status, stage of the lead, decision, interaction, and the job that wakes its workflow. The
 * first answer holds: the same one again changes nothing. Throws VIV_NOT_FOUND, VIV_HANDOFF_ANSWERED.
 */
export async function answerHandoff(tx: Tx, deps: TurnDeps, answer: HandoffAnswer): Promise<Answered> {
  const { handoffId, action, reason, at } = answer;
  const { contactId } = await readHandoff(tx, handoffId);
  await lockContact(tx, contactId); // before the handoff's row, as everyone does
  const status = statusOf(action);
  const set = Prisma.sql`status = ${status}, reason = ${reason}, answered_at = ${new Date(at)}`;
  const handoff = await moveHandoff(tx, { handoffId, from: statusesBefore(action), set });
  if (!handoff) return { handoff: await heldAnswer(tx, { handoffId, status }), pokes: [] };
  await recordDecisions(tx, [
    decisionAbout(handoff, { at, reason: [answer.by && `answer of ${answer.by}`, reason].filter(Boolean).join(': ') }),
  ]);
  await applyAnswerToLead(tx, { handoff, status, at });
  const { seq, pokes } = await ingestIn(tx, deps, {
    type: EVENTS.handoffAnswered,
    contactId,
    at,
    idempotencyKey: `${EVENTS.handoffAnswered}:${handoffId}`,
    journeyId: handoff.journeyId,
    leadId: handoff.leadId ?? undefined,
    properties: { handoffId, action, reason },
  });
  const workflow = workflowOf(handoffId);
  await enqueue(tx, [{ task: 'poke', payload: { workflow, seq } }]);
  return { handoff, pokes: [...pokes, workflow] };
}

/** Id of the workflow that tends the handoff. */
const workflowOf = (handoffId: string): string => `handoff:${handoffId}`;

async function heldAnswer(
  tx: Tx,
  { handoffId, status }: { readonly handoffId: string; readonly status: string },
): Promise<Handoff> {
  const held = await readHandoff(tx, handoffId);
  if (held.status !== status) throw failure('VIV_HANDOFF_ANSWERED', { status: held.status });
  return held;
}

interface Overdue {
  readonly handoffId: string;
  readonly now: Instant;
  /** Why, for the stored decision. */
  readonly reason: string;
}

/**
 * Passes an offered handoff to the team's manager, with the same time again from `now`; the rep's link stays valid. Null: it is
 * no longer merely offered, and nothing has changed.
 */
export async function escalate(tx: Tx, { handoffId, now, reason }: Overdue): Promise<Handoff | null> {
  const set = Prisma.sql`status = 'escalated', due_at = ${new Date(now)}::timestamptz + (due_at - offered_at)`;
  const handoff = await moveHandoff(tx, { handoffId, from: statusesBefore('escalate'), set });
  if (handoff) await recordDecisions(tx, [decisionAbout(handoff, { at: now, reason })]);
  return handoff;
}

/** Gives up waiting for an escalated handoff; the lead keeps its stage. Null: it is not escalated, and nothing has changed. */
export async function expire(tx: Tx, { handoffId, now, reason }: Overdue): Promise<Handoff | null> {
  const set = Prisma.sql`status = 'expired', reason = ${reason}, answered_at = ${new Date(now)}`;
  const handoff = await moveHandoff(tx, { handoffId, from: statusesBefore('expire'), set });
  if (handoff) await recordDecisions(tx, [decisionAbout(handoff, { at: now, reason })]);
  return handoff;
}

function decisionAbout(
  { id, contactId, journeyId, stepId, status }: Handoff,
  { at, reason }: { readonly at: Instant; readonly reason: string },
) {
  const key = keyOf('handoff', id, status);
  return {
    key,
    contactId,
    journeyId,
    stepId,
    kind: 'handoff' as const,
    outcome: status,
    reason,
    at,
    data: { handoffId: id },
  };
}
