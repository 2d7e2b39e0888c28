import { failure } from '../domain/errors';
import { EVENTS } from '../domain/event';
import type { ChosenTeam } from '../domain/handoff/choose-team';
import { type Instant, keyOf } from '../domain/ids';
import type { HandoffStep } from '../domain/steps/handoff';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import { findHandoff, type Handoff } from './handoff-rows';
import { ingestIn } from './ingest';
import { lockJourney, type OpenJourney } from './journeys';
import { type RepInTurn, takeNextRep } from './reps';
import { routedTeam } from './routed-team';
import type { TurnDeps } from './turn';

export interface Offer {
  /** The key of the journey's effect. */
  readonly handoffId: string;
  readonly journeyId: string;
  readonly stepId: string;
  readonly now: Instant;
}

/**
 * Chooses team and rep and offers them the lead: handoff, rotation of the team, decisions and interaction, all in the caller's
 * transaction, under the lock of the contact. The same id again answers the same handoff. A team with nobody in it still gets
 * the handoff, which then stands open under no name. Throws VIV_JOURNEY_UNKNOWN.
 */
export async function offer(tx: Tx, deps: TurnDeps, request: Offer): Promise<Handoff> {
  const journey = await lockJourney(tx, request.journeyId);
  const existing = await findHandoff(tx, request.handoffId);
  if (existing) return existing;
  const { contactId, leadId } = journey;
  const { handoffId: id, journeyId, stepId, now } = request;
  const step = handoffStep(journey, stepId);
  const chosen = await routedTeam(tx, deps, { journey, step, now });
  const rep = await takeNextRep(tx, chosen.team);
  const place = { id, journeyId, contactId, leadId, stepId, team: chosen.team, repId: rep?.id ?? null };
  const handoff: Handoff = {
    ...place,
    status: 'offered',
    reason: null,
    offeredAt: now,
    dueAt: now + step.sla,
    answeredAt: null,
  };
  await insert(tx, handoff);
  await recordOffer(tx, deps, { handoff, chosen, rep });
  await deps.reactions?.afterOffer(tx, { handoffId: id, contactId, now, dueAt: handoff.dueAt });
  return handoff;
}

function handoffStep({ definition }: OpenJourney, stepId: string): HandoffStep {
  const step = definition.steps.find(({ id }) => id === stepId);
  if (step?.type === 'handoff') return step;
  throw failure('VIV_UNEXPECTED', { problem: `sequence ${definition.sequence} has no handoff "${stepId}"` });
}

async function insert(tx: Tx, handoff: Handoff): Promise<void> {
  const { id, journeyId, contactId, leadId, stepId, team, repId, status, offeredAt, dueAt } = handoff;
  await tx.$executeRaw`
    INSERT INTO handoff (id, journey_id, contact_id, lead_id, step_id, team, rep_id, status, offered_at, due_at)
    VALUES (${id}::uuid, ${journeyId}::uuid, ${contactId}::uuid, ${leadId}::uuid, ${stepId}, ${team}, ${repId}::uuid, ${status},
      ${new Date(offeredAt)}, ${new Date(dueAt)})`;
}

interface Offered {
  readonly handoff: Handoff;
  readonly chosen: ChosenTeam;
  readonly rep: RepInTurn | null;
}

async function recordOffer(tx: Tx, deps: TurnDeps, { handoff, chosen, rep }: Offered): Promise<void> {
  const { id, journeyId, contactId, leadId, stepId, team, offeredAt: at, dueAt } = handoff;
  const about = { contactId, journeyId, stepId, at, data: { handoffId: id } };
  const person = rep ? `${rep.name} of ${team}` : `nobody: team ${team} has no active rep`;
  const until = `to be answered by ${new Date(dueAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  await recordDecisions(tx, [
    { ...about, key: keyOf('routing', id), kind: 'routing', outcome: person, reason: chosen.reason },
    { ...about, key: keyOf('handoff', id, 'offered'), kind: 'handoff', outcome: 'offered', reason: until },
  ]);
  await ingestIn(tx, deps, {
    type: EVENTS.handoffOffered,
    contactId,
    at,
    idempotencyKey: `${EVENTS.handoffOffered}:${id}`,
    journeyId,
    leadId: leadId ?? undefined,
    properties: { handoffId: id, team },
  });
}
