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

export interface CopyOfSend {
  /** Why the first may not have arrived. */
  readonly reason: string;
  /** Its worker was gone, and has told nobody. */
  readonly isLost: boolean;
  /** What it says has changed since. */
  readonly isOther: boolean;
  readonly try: number;
}

/** What is told when a mail goes out though it may have arrived: once that it does, and that it reads differently, if so. */
export function copyDecisions(journey: OpenJourney, request: SendRequest, copy: CopyOfSend): readonly Decision[] {
  const { reason, isLost, isOther } = copy;
  if (!isLost && !isOther) return []; // whoever deferred it has told why
  const other = isOther ? '; it reads differently by now: what it is made of has changed since' : '';
  return [
    decisionOn(journey, request, {
      kind: 'unknown',
      outcome: 'sent again',
      reason: `${reason}; the same Message-ID marks the copy${other}`,
      data: { try: copy.try, ...(isOther ? { isOther } : {}) },
    }),
  ];
}
