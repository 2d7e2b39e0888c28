import { EVENTS } from '../domain/event';
import type { Decision, Interaction, Send } from '../generated/prisma/client';

/** What tells of an interaction in its place: sends on record, handoffs and what came in, by the decisions about them. */
interface ToldElsewhere {
  readonly sends: readonly Send[];
  readonly handoffs: ReadonlySet<string | null>;
  readonly inbound: ReadonlySet<string | null>;
}

/** Sends tell of accepted mails with their subjects, decisions tell of handoffs, and of what came in, with their reasons. */
export function isToldElsewhere(
  { type, properties }: Interaction,
  { sends, handoffs, inbound }: ToldElsewhere,
): boolean {
  if (type === EVENTS.mailAccepted) return sends.some(({ id }) => id === textIn(properties, 'sendId'));
  if (inbound.has(textIn(properties, 'inboundId') ?? '')) return true;
  const isAboutHandoff = type === EVENTS.handoffOffered || type === EVENTS.handoffAnswered;
  return isAboutHandoff && handoffs.has(textIn(properties, 'handoffId') ?? '');
}

/** A text in a JSON column. */
function textIn(json: unknown, key: string): string | null {
  const value: unknown = json !== null && typeof json === 'object' ? Reflect.get(json, key) : undefined;
  return typeof value === 'string' ? value : null;
}

/** What came in, of which a decision tells. */
export const inboundOf = ({ data }: Decision): string | null => textIn(data, 'inboundId');

/** The handoff that a decision is about. */
export const handoffOf = ({ data }: Decision): string | null => textIn(data, 'handoffId');

/** The journey notes the outcome that the handoff has told already, with the words of whoever answered. */
export function isEchoOfHandoff(decision: Decision, decisions: readonly Decision[]): boolean {
  if (decision.kind !== 'handoff' || handoffOf(decision) !== null) return false;
  const { journeyId, stepId, outcome } = decision;
  return decisions.some(
    (other) =>
      handoffOf(other) !== null &&
      other.kind === 'handoff' &&
      other.journeyId === journeyId &&
      other.stepId === stepId &&
      other.outcome === outcome,
  );
}

/** A mail that a pause puts off holds its journey in the same turn: the hold tells it, and for how long. */
export function isEchoOfHold(decision: Decision, decisions: readonly Decision[]): boolean {
  if (decision.kind !== 'defer') return false;
  const { journeyId, stepId, at, reason } = decision;
  return decisions.some(
    (other) =>
      other.kind === 'pause' &&
      other.outcome === 'held' &&
      other.journeyId === journeyId &&
      other.stepId === stepId &&
      other.at.getTime() === at.getTime() &&
      other.reason === reason,
  );
}

/** Decisions about one mail. */
export const isAboutMail = (kind: string): boolean => ['send', 'skip', 'defer', 'unknown'].includes(kind);

/** Whether a decision is about this send: it names it, or was made at its step when it settled. */
export function isAboutSend(send: Send, { data, journeyId, stepId, at }: Decision): boolean {
  const named = textIn(data, 'sendId');
  if (named !== null) return named === send.id;
  return (
    send.journeyId !== null &&
    send.journeyId === journeyId &&
    send.stepId === stepId &&
    (send.settledAt ?? send.plannedAt).getTime() === at.getTime()
  );
}
