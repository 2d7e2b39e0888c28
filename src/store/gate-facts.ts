import { scopesOver } from '../domain/consent/scope';
import type { GateFacts } from '../domain/gate/gate';
import type { GateRules } from '../domain/gate/rules';
import { SIMILAR_PRODUCTS } from '../domain/gate/soft-opt-in';
import type { Instant } from '../domain/ids';
import { isAbout } from './address-sql';
import { Prisma, type Tx } from './db';
import { instantParam, millis } from './fact-columns';
import { SEND_COLUMNS, type SendRow } from './sends';
import { widest } from './suppressions';

export interface GateQuestion {
  readonly sendId: string;
  readonly contactId: string;
  readonly purpose: string;
  readonly now: Instant;
  readonly rules: GateRules;
}

export interface GatedSend {
  /** Undefined when it was never planned. */
  readonly send: SendRow | undefined;
  readonly facts: GateFacts;
}

type Raw = Pick<GateFacts, 'consent' | 'suppression' | 'mailedAt' | 'zone' | 'client'> & {
  readonly [key in keyof SendRow]: SendRow[key] | null;
};

/**
 * The send and all that the gate looks at, in one statement, for a contact whose lock the caller holds. Mails count for caps from
 * their acceptance; those that may have arrived count too, and those that are on their way count as if sent now (as if sent when
 * planned, if nobody works on them any more).
 */
export async function readGated(tx: Tx, question: GateQuestion): Promise<GatedSend> {
  const { sendId, contactId, purpose } = question;
  const [row] = await tx.$queryRaw<Raw[]>`
    SELECT ${SEND_COLUMNS}, c.time_zone AS zone, ${consent(question)} AS consent,
      ${suppression(tx, question)} AS suppression, ${client(question)} AS client,
      ${mailedAt(question)} AS "mailedAt"
    FROM contact c LEFT JOIN send s ON s.id = ${sendId}::uuid WHERE c.id = ${contactId}::uuid`;
  if (!row) throw new TypeError('whoever holds the lock of a contact has read it');
  const { zone, consent: newest, suppression: suppressed, client: buyer, mailedAt: mailed, ...send } = row;
  const facts = { purpose, zone, consent: newest, suppression: suppressed, client: buyer, mailedAt: mailed };
  return { send: send.id === null ? undefined : (send as SendRow), facts }; // of a row that is there no column is null
}

const consent = ({ contactId, purpose }: GateQuestion) => Prisma.sql`(
  SELECT json_build_object('granted', granted, 'source', source, 'at', ${millis(Prisma.sql`at`)},
    'until', CASE WHEN state = 'requested' THEN ${millis(Prisma.sql`until`)} END) FROM consent
  WHERE contact_id = ${contactId}::uuid AND purpose = ${purpose} ORDER BY seq DESC LIMIT 1)`;

const suppression = (tx: Tx, { purpose }: GateQuestion) =>
  widest(
    Prisma.sql`${isAbout(tx, Prisma.sql`c.email`)} AND scope = ANY(${[...scopesOver(purpose)]}::text[])`,
    millis(Prisma.sql`at`),
  );

/** Only soft opt-in asks whether someone has bought. */
const client = ({ contactId, purpose }: GateQuestion) =>
  purpose === SIMILAR_PRODUCTS
    ? Prisma.sql`(
      SELECT json_build_object('status', status, 'lastPurchaseAt', ${millis(Prisma.sql`last_purchase_at`)}) FROM client
      WHERE contact_id = ${contactId}::uuid)`
    : Prisma.sql`NULL::json`;

/** Only as far back as the longest cap of the purpose looks. */
function mailedAt({ sendId, contactId, purpose, now, rules }: GateQuestion): Prisma.Sql {
  const windows = rules.caps.flatMap((cap) => (cap.purpose === purpose ? [cap.within] : []));
  if (windows.length === 0) return Prisma.sql`'[]'::json`;
  const since = instantParam(now - Math.max(...windows));
  const at = Prisma.sql`CASE WHEN o.status IN ('accepted', 'unknown') THEN o.settled_at
    WHEN o.lease_until > clock_timestamp() THEN ${instantParam(now)} ELSE o.planned_at END`;
  return Prisma.sql`coalesce((
    SELECT json_agg(${millis(Prisma.sql`m.at`)}) FROM (
      SELECT ${at} AS at FROM send o
      WHERE o.contact_id = ${contactId}::uuid AND o.purpose = ${purpose} AND o.handoff_id IS NULL AND o.id <> ${sendId}::uuid
        AND o.status IN ('claimed', 'dispatching', 'accepted', 'unknown')) AS m
    WHERE m.at > ${since}), '[]'::json)`;
}
