import type { Decision, DecisionKind } from '../domain/decision';
import { type Json, keyOf } from '../domain/ids';
import type { MailOutcome } from '../domain/journey/move';
import type { OpenJourney } from '../store/journeys';
import type { SendRequest } from './begin-send';

/** What was decided about a send, for whoever asks why. */
export interface SaidOfSend {
  readonly kind: Extract<DecisionKind, 'send' | 'skip' | 'defer' | 'unknown'>;
  readonly outcome: string;
  readonly reason: string;
  readonly data?: { readonly [key: string]: Json };
}

/** The decision of one turn about its send: once, however often the turn is tried. */
export function decisionOn(journey: OpenJourney, request: SendRequest, said: SaidOfSend): Decision {
  const { key: sendId, journeyId, stepId, turn, now } = request;
  const { kind, outcome, reason, data } = said;
  return {
    key: keyOf('send', sendId, turn, outcome),
    contactId: journey.contactId,
    journeyId,
    stepId,
    kind,
    outcome,
    reason,
    at: now,
    data: { sendId, ...data },
  };
}

const KINDS = {
  accepted: 'send',
  rejected: 'send',
  deferred: 'defer',
  skipped: 'skip',
  exit: 'skip',
  unknown: 'unknown',
} as const satisfies { readonly [S in MailOutcome['status']]: SaidOfSend['kind'] };

/** An outcome as the decision that tells it. */
export function saidOf({ status, reason }: MailOutcome): SaidOfSend {
  return { kind: KINDS[status], outcome: status === 'exit' ? 'skipped' : status, reason };
}
