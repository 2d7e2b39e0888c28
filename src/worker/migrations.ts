import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  isGrpcDeadlineError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import type { MigrationAnswer, MigrationRequest } from '../domain/change/request';
import { failure } from '../domain/errors';
import { keyOf } from '../domain/ids';
import type { migrate } from '../workflows/migrate';

/** What a journey answers, or that it could not be asked. */
export type Asked = MigrationAnswer | { readonly type: 'silent' };

export interface Asking {
  readonly journeyId: string;
  /** As it was read: asking again in the same turn with the same map has the same answer. */
  readonly turn: number;
  readonly request: MigrationRequest;
  /** How long a worker has to answer (ms). */
  readonly patienceMs: number;
}

const BUSY = 'VIV_JOURNEY_BUSY';
const TRIES = 5;
const BETWEEN_MS = 300;

/**
 * Asks a journey to move. One that is in the middle of something is asked again for a while, then it stays. `silent`: no worker has
 * answered; whether it moves later is known by asking again. Throws VIV_UNEXPECTED for a fault of ours.
 */
export async function askToMove(client: Client, asking: Asking): Promise<Asked> {
  for (let count = 1; ; count += 1) {
    const asked = await askOnce(client, asking);
    if (asked !== 'busy') return asked;
    if (count === TRIES)
      return { type: 'stays', reason: 'it is in the middle of something', fix: 'try again in a moment' };
    await sleep(BETWEEN_MS * count);
  }
}

async function askOnce(client: Client, { journeyId, turn, request, patienceMs }: Asking): Promise<Asked | 'busy'> {
  const handle = client.workflow.getHandle(`journey:${journeyId}`);
  const updateId = keyOf('migrate', journeyId, request.toVersionId, JSON.stringify(request.map), turn);
  const name: typeof migrate.name = 'migrate';
  try {
    return await client.withDeadline(Date.now() + patienceMs, () =>
      handle.executeUpdate<MigrationAnswer, [MigrationRequest]>(name, { args: [request], updateId }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return notThere();
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error))
      return { type: 'silent' };
    if (error instanceof WorkflowUpdateFailedError) return refusal(error);
    throw error;
  }
}

function notThere(): MigrationAnswer {
  return { type: 'stays', reason: 'its workflow has not begun, or has just ended', fix: 'try again in a moment' };
}

/** A stale turn is one that moved on while it was asked. */
function refusal({ cause }: WorkflowUpdateFailedError): 'busy' {
  const code = codeOf(cause);
  if (code === BUSY || code === 'VIV_TURN_STALE') return 'busy';
  throw failure('VIV_UNEXPECTED', { problem: `a journey could not be asked to move: ${code}` }, cause);
}

function codeOf(error: unknown): string {
  if (error instanceof ApplicationFailure) return error.type ?? 'unknown';
  if (error instanceof TemporalFailure && error.cause) return codeOf(error.cause);
  return error instanceof Error ? error.message : String(error);
}
