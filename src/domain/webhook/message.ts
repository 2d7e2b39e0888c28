import { factAt } from '../conditions/fact';
import type { Facts } from '../facts';
import type { Instant, Json } from '../ids';

/** Of every message: one schema, as Standard Webhooks asks of a type. */
export const MESSAGE_TYPE = 'journey.step';

export interface MessageAbout {
  readonly contactId: string;
  readonly leadId: string | null;
  readonly journeyId: string;
  readonly sequence: string;
  readonly stepId: string;
  /** Paths of the facts that go along. */
  readonly send: readonly string[];
  readonly facts: Facts;
  /** When the journey came to the step: the same however often it is tried. */
  readonly plannedAt: Instant;
}

/** The body of a message: ids, and of the facts those alone that the step names. */
export function messageBody(about: MessageAbout): string {
  const { contactId, leadId, journeyId, sequence, stepId, send, facts, plannedAt } = about;
  const told = Object.fromEntries(send.map((path) => [path, toldOf(path, facts)]));
  const data = { contactId, leadId, journeyId, sequence, step: stepId, facts: told };
  return JSON.stringify({ type: MESSAGE_TYPE, timestamp: new Date(plannedAt).toISOString(), data });
}

/** Null for a fact that is missing; instants in ISO 8601. */
function toldOf(path: string, facts: Facts): Json {
  const fact = factAt(path);
  const value = fact?.read(facts) ?? null;
  return fact?.kind === 'instant' && typeof value === 'number' ? new Date(value).toISOString() : value;
}
