import type { Turn } from '../domain/journey/move';
import { transaction } from '../store/db';
import { beginSend, type HeldSend, type SendRequest } from './begin-send';
import { beating } from './heartbeat';
import type { MailDeps } from './mail-deps';
import { type Round, untilDone } from './rounds';
import { settleSend } from './settle-send';
import { settled, trySend } from './try-send';
import type { MailActivities } from './types';

export type { LedgerHooks, LedgerMoment, MailDeps } from './mail-deps';

/**
 * Sends the mail of a journey's step once by its key, through the gate and the ledger, and answers the journey's next turn. Done
 * again, it finds what was done before. Throws VIV_SEND_BUSY, VIV_JOURNEY_UNKNOWN, VIV_TURN_STALE.
 */
export function createSendMail(deps: MailDeps): MailActivities {
  return {
    sendMail: (request) =>
      beating(async () => {
        await deps.hooks?.at('begun', request.key);
        return untilDone(request.key, (waitedMs) => round(deps, request, waitedMs));
      }),
  };
}

async function round(deps: MailDeps, request: SendRequest, waitedMs: number): Promise<Round<Turn>> {
  const begun = await transaction(deps.db, async (tx) => {
    const one = await beginSend(tx, deps, request, waitedMs);
    if (one.type === 'held') await deps.hooks?.at('claiming', request.key);
    return one;
  });
  switch (begun.type) {
    case 'turn':
      return { type: 'done', result: begun.turn };
    case 'busy':
      return begun;
    case 'held':
      return tried(deps, request, begun.held);
    default:
      throw new TypeError(`unknown beginning ${JSON.stringify(begun satisfies never)}`);
  }
}

async function tried(deps: MailDeps, request: SendRequest, held: HeldSend): Promise<Round<Turn>> {
  const trial = await trySend(deps, held.claim, held.letter);
  if (trial.type === 'withheld') return { type: 'lost' };
  const turn = await settled(deps, held.claim, trial, (tx) => settleSend(tx, deps, { request, held, trial }));
  return turn ? { type: 'done', result: turn } : { type: 'lost' };
}
