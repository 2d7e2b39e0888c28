import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Move } from '../domain/journey/move';
import type { FinalReply } from '../domain/send/delivery';
import type { Definition } from '../domain/sequence/definition';
import { priorityOf, templateOf } from '../domain/steps/mail';
import { type Db, Prisma, type Tx } from './db';
import { millis } from './fact-columns';
import { LEASE_IS_OVER, LEASE_LEFT_MS } from './lease';
import { MAY_HAVE_ARRIVED } from './send-attempts';

/**
 * planned → claimed → dispatching → accepted | deferred | rejected | unknown.
 * `claimed` and `dispatching` hold for as long as their lease lives. Before `dispatching` is committed no byte of the body has
 * left; after it a message may be anywhere. `deferred` is claimed again. `skipped`: there was a reason not to send.
 */
export type SendStatus =
  | 'planned'
  | 'claimed'
  | 'dispatching'
  | 'accepted'
  | 'deferred'
  | 'rejected'
  | 'unknown'
  | 'skipped';

/** A row of the send ledger. */
export interface SendRow {
  readonly id: string;
  readonly status: SendStatus;
  /** Empty until the first claim. */
  readonly messageId: string;
  /** Of what the letter said in the last try that reached `dispatching`. */
  readonly bodyHash: string | null;
  /** Tries that a server, or the lack of one, has answered. */
  readonly attempts: number;
  readonly reason: string;
  /** Of the last claim. */
  readonly leaseToken: string | null;
  /** How long the lease still lives (ms, real time); 0: nobody works on it. */
  readonly leaseLeftMs: number;
  /** The final reply that its worker has noted before it could settle the send. */
  readonly heard: FinalReply | null;
  /** One of its tries was broken off after the body had begun to leave. */
  readonly mayHaveArrived: boolean;
  /** The version of its template that it was first tried with, else the newest; null: none is published. */
  readonly templateVersionId: string | null;
  /** By which SMTP account it was tried, or waits to go; null: not yet, or there is only one way. */
  readonly account: string | null;
  /** The day of that account's warm-up plan on which it has a place; null: it needs none. */
  readonly accountDay: string | null;
  /** When its slot by that account's rates was promised to be; null: it was not. */
  readonly accountSlot: Instant | null;
}

/** The columns of `SendRow` of a row `s`. */
export const SEND_COLUMNS = Prisma.sql`s.id, s.status, s.message_id AS "messageId", s.body_hash AS "bodyHash", s.attempts,
  coalesce(s.reason, '') AS reason, s.lease_token AS "leaseToken",
  ${LEASE_LEFT_MS} AS "leaseLeftMs", s.heard, (s.attempts > 0 AND ${MAY_HAVE_ARRIVED}) AS "mayHaveArrived",
  coalesce(s.template_version_id, (SELECT v.id FROM template_version v WHERE v.template = s.template
    ORDER BY v.version DESC LIMIT 1)) AS "templateVersionId", s.account, s.account_day::text AS "accountDay",
  ${millis(Prisma.sql`s.account_slot`)} AS "accountSlot"`;

/** The row of a send; undefined when it was never planned. */
export async function readSend(tx: Tx, id: string): Promise<SendRow | undefined> {
  const [row] = await tx.$queryRaw<SendRow[]>`SELECT ${SEND_COLUMNS} FROM send s WHERE s.id = ${id}::uuid`;
  return row;
}

export interface MailOfStep {
  readonly template: string;
  readonly purpose: string;
  /** How much it counts against other mails of the contact. */
  readonly priority: number;
  /** Undefined for a step without variants. */
  readonly variant: string | undefined;
}

/** What a mail step sends, to a recipient who gets this variant of it. */
export function mailOfStep(definition: Definition, stepId: string, variant: string | undefined): MailOfStep {
  const step = definition.steps.find(({ id }) => id === stepId);
  if (step?.type === 'mail')
    return {
      template: templateOf(step, variant),
      purpose: step.purpose ?? definition.purpose,
      priority: priorityOf(step, definition),
      variant,
    };
  throw failure('VIV_UNEXPECTED', { problem: `sequence ${definition.sequence} has no mail "${stepId}"` });
}

export interface PlannedMail {
  readonly journey: { readonly id: string; readonly contactId: string; readonly definition: Definition };
  readonly move: Move;
  readonly now: Instant;
}

/**
 * Plans the send of a move that is a mail, once by its key: part of the transaction that decides the move. One that was deferred says
 * what it is now: its journey may have moved to a version with another template.
 */
export async function planSend(tx: Tx, { journey, move, now }: PlannedMail): Promise<void> {
  if (move.type !== 'perform' || move.effect.type !== 'mail') return;
  const { id, contactId, definition } = journey;
  const { template, purpose, variant = null } = mailOfStep(definition, move.stepId, move.effect.variant);
  await tx.$executeRaw`
    INSERT INTO send (id, contact_id, journey_id, step_id, recipient, purpose, template, variant, status, message_id, planned_at)
    SELECT ${move.effect.key}::uuid, id, ${id}::uuid, ${move.stepId}, email, ${purpose}, ${template}, ${variant}, 'planned', '',
      ${new Date(now)}
    FROM contact WHERE id = ${contactId}::uuid
    ON CONFLICT (id) DO UPDATE SET purpose = excluded.purpose, template = excluded.template, variant = excluded.variant
      WHERE send.status IN ('planned', 'deferred')`;
}

/** A send of which nobody knows whether it arrived. */
export interface UncertainSend {
  readonly id: string;
  readonly status: 'unknown' | 'dispatching';
  readonly journeyId: string | null;
  readonly handoffId: string | null;
  readonly recipient: string;
  readonly subject: string | null;
  readonly messageId: string;
  readonly plannedAt: Instant;
  readonly reason: string;
}

/** Nobody knows whether the send `s` arrived. One whose worker had noted the final reply before it was gone is in no doubt. */
export const IN_DOUBT = Prisma.sql`(s.status = 'unknown'
  OR (s.status = 'dispatching' AND s.heard IS NULL AND ${LEASE_IS_OVER}))`;

/**
 * Sends that a person may want to look after in the relay's log: the unknown ones, and those that were being dispatched by a
 * process that is no more. Oldest first.
 */
export async function listUncertain(db: Db): Promise<readonly UncertainSend[]> {
  return db.$queryRaw<UncertainSend[]>`
    SELECT s.id, s.status, s.journey_id AS "journeyId", s.handoff_id AS "handoffId", s.recipient, s.subject,
      s.message_id AS "messageId", ${millis(Prisma.sql`s.planned_at`)} AS "plannedAt", coalesce(s.reason, '') AS reason
    FROM send s WHERE ${IN_DOUBT} ORDER BY s.planned_at, s.id`;
}
