import { z } from 'zod';
import { durationText } from '../domain/calendar/duration';
import { isOfMail } from '../domain/consent/purposes';
import { EVENTS } from '../domain/event';
import type { Instant } from '../domain/ids';
import { DEFAULT_INBOUND, type InboundRules } from '../domain/inbound/rules';
import { type MailPast, softPattern } from '../domain/inbound/soft-pattern';
import { recordConsent } from './consents';
import { Prisma, type Tx } from './db';
import { type Arrived, decide } from './event-decision';
import { millis } from './fact-columns';
import { suppressContact } from './suppressions';
import type { TurnDeps } from './turn';

export const bounceSchema = z.object({ kind: z.enum(['hard', 'soft', 'block']).default('hard') });

function sendOf({ event }: Arrived): string | undefined {
  const sendId = event.properties?.sendId;
  return typeof sendId === 'string' ? sendId : undefined;
}

/** Hard: suppressed at once. Soft: by the declared pattern. Block: the server has refused us, and the address is none the worse. */
export async function bounced(
  tx: Tx,
  { rules }: TurnDeps,
  arrived: Arrived,
  kind: 'hard' | 'soft' | 'block',
): Promise<void> {
  const { contactId, at } = arrived.event;
  if (kind === 'block') return;
  if (kind === 'hard') {
    await suppressContact(tx, { contactId, reason: 'hard_bounce', at, sendId: sendOf(arrived) });
    const reason = 'the address does not take mail: hard bounce';
    return decide(tx, { ...arrived, kind: 'suppress', outcome: 'suppressed', reason });
  }
  await softBounced(tx, rules.inbound ?? DEFAULT_INBOUND, arrived);
}

async function softBounced(tx: Tx, { soft }: InboundRules, arrived: Arrived): Promise<void> {
  const { contactId, at } = arrived.event;
  const past = await mailPast(tx, contactId, { since: at - soft.within, sendId: sendOf(arrived) });
  const { count, suppresses } = softPattern(soft, past, at);
  if (!suppresses) return;
  await suppressContact(tx, { contactId, reason: 'soft_bounces', at, sendId: sendOf(arrived) });
  const reason = `${count} mails bounced softly within ${durationText(soft.within)}, and none was delivered between`;
  await decide(tx, { ...arrived, kind: 'suppress', outcome: 'suppressed', reason });
}

const SOFT: readonly string[] = [EVENTS.mailSoftBounced];
const TROUBLE: readonly string[] = [EVENTS.mailBounced, EVENTS.mailSoftBounced, EVENTS.mailBlocked, EVENTS.mailDelayed];
const SIGNS: readonly string[] = [EVENTS.mailDelivered, EVENTS.mailClicked, EVENTS.mailReplied, EVENTS.mailAutoReplied];

interface PastEvent {
  readonly id: string;
  readonly type: string;
  readonly at: Instant;
  readonly sendId: string | null;
  readonly kind: string | null;
}

interface Past {
  readonly since: Instant;
  /** To whose mailbox; undefined: to that which the contact has now. */
  readonly sendId: string | undefined;
}

/**
 * The mails of one contact to one mailbox and what came of them: a contact that was merged, or has another address by now, has had several.
 * The caller holds the contact's lock.
 */
async function mailPast(tx: Tx, contactId: string, { since, sendId }: Past): Promise<MailPast> {
  const types = [...TROUBLE, ...SIGNS];
  const mailbox = Prisma.sql`coalesce(
    (SELECT nullif(lower(o.recipient), '') FROM send o WHERE o.contact_id = c.id AND o.id::text = ${sendId ?? null}::text), lower(c.email))`;
  const events = await tx.$queryRaw<PastEvent[]>`
    SELECT i.id, i.type, ${millis(Prisma.sql`i.at`)} AS at, i.properties->>'sendId' AS "sendId", i.properties->>'kind' AS kind
    FROM contact c JOIN interaction i ON i.contact_id = c.id
      LEFT JOIN send s ON s.contact_id = c.id AND s.id::text = i.properties->>'sendId'
    WHERE c.id = ${contactId}::uuid AND i.type = ANY(${types}) AND i.at >= ${new Date(since)}
      AND (s.id IS NULL OR lower(s.recipient) = ${mailbox})`;
  const accepted = await tx.$queryRaw<{ sendId: string; at: Instant }[]>`
    SELECT s.id AS "sendId", ${millis(Prisma.sql`s.settled_at`)} AS at FROM contact c JOIN send s ON s.contact_id = c.id
    WHERE c.id = ${contactId}::uuid AND s.status = 'accepted' AND s.settled_at >= ${new Date(since)}
      AND lower(s.recipient) = ${mailbox}`;
  const isSoft = ({ type, kind }: PastEvent) => SOFT.includes(type) || (type === EVENTS.mailBounced && kind === 'soft');
  return {
    // one that names no mail stands for itself
    bounces: events.filter(isSoft).map(({ id, sendId, at }) => ({ sendId: sendId ?? id, at })),
    accepted,
    troubled: events.flatMap(({ type, sendId }) => (TROUBLE.includes(type) && sendId ? [sendId] : [])),
    signs: events.flatMap(({ type, at }) => (SIGNS.includes(type) ? [at] : [])),
  };
}

/** Nobody who has complained is written to again, whatever they had allowed. */
export async function complained(tx: Tx, _deps: TurnDeps, arrived: Arrived): Promise<void> {
  const { contactId, at, type } = arrived.event;
  await suppressContact(tx, { contactId, reason: 'complaint', at, sendId: sendOf(arrived) });
  const suppressed = 'its owner has complained of our mail';
  await decide(tx, { ...arrived, kind: 'suppress', outcome: 'suppressed', reason: suppressed });
  const purposes = await grantedPurposes(tx, contactId);
  for (const purpose of purposes)
    await recordConsent(tx, {
      contactId,
      purpose,
      granted: false,
      basis: 'consent',
      text: 'complained',
      source: type,
      at,
    });
  if (purposes.length === 0) return;
  const reason = `a complaint withdraws it from ${purposes.join(', ')} mail`;
  await decide(tx, { ...arrived, kind: 'consent', outcome: 'withdrawn', reason });
}

/** Purposes of mail whose newest word is yes. */
async function grantedPurposes(tx: Tx, contactId: string): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ purpose: string }[]>`
    SELECT purpose FROM (
      SELECT DISTINCT ON (purpose) purpose, granted FROM consent WHERE contact_id = ${contactId}::uuid
      ORDER BY purpose, seq DESC) AS newest
    WHERE granted ORDER BY purpose`;
  return rows.map(({ purpose }) => purpose).filter(isOfMail);
}
