import { scopesOver, TRANSACTIONAL } from '../domain/consent/scope';
import { type GateFacts, MAILED_AS_OTHER } from '../domain/gate/gate';
import { type GateRules, purposesOf } from '../domain/gate/rules';
import { SIMILAR_PRODUCTS } from '../domain/gate/soft-opt-in';
import type { Instant } from '../domain/ids';
import { isAbout } from './address-sql';
import { Prisma, type Tx } from './db';
import { instantParam, millis } from './fact-columns';
import { listedSql } from './lists';
import { SEND_COLUMNS, type SendRow } from './sends';
import { widest } from './suppressions';

export interface GateQuestion {
  readonly sendId: string;
  readonly contactId: string;
  readonly purpose: string;
  readonly priority: number;
  readonly now: Instant;
  readonly rules: GateRules;
}

export interface GatedSend {
  /** Undefined when it was never planned. */
  readonly send: SendRow | undefined;
  readonly facts: GateFacts;
}

type Asked =
  | 'listed'
  | 'consent'
  | 'suppression'
  | 'client'
  | 'mailedAt'
  | 'mailedElse'
  | 'rivals'
  | 'engagement'
  | 'zone';

type Raw = Pick<GateFacts, Asked> & { readonly mailedAsOther: boolean } & {
  readonly [key in keyof SendRow]: SendRow[key] | null;
};

/**
 * The send and all that the gate looks at, in one statement, for a contact whose lock the caller holds. Mails count for caps from
 * their acceptance; those that may have arrived count too, and those that are on their way count as if sent now (as if sent when
 * planned, if nobody works on them any more). What no rule asks for is not read.
 */
export async function readGated(tx: Tx, question: GateQuestion): Promise<GatedSend> {
  const { sendId, contactId, purpose, priority } = question;
  const [row] = await tx.$queryRaw<Raw[]>`
    SELECT ${SEND_COLUMNS}, c.time_zone AS zone, ${consent(question)} AS consent,
      ${suppression(tx, question)} AS suppression, ${client(question)} AS client, ${listed(question)} AS listed,
      ${MAILED_BY_TWIN} AS "mailedAsOther", ${mailedAt(question)} AS "mailedAt"${mailedElse(question)}${rivals(question)}${engagement(question)}
    FROM contact c LEFT JOIN send s ON s.id = ${sendId}::uuid WHERE c.id = ${contactId}::uuid`;
  if (!row) throw new TypeError('whoever holds the lock of a contact has read it');
  const {
    zone,
    consent: newest,
    suppression: suppressed,
    client: buyer,
    mailedAt: mailed,
    mailedAsOther,
    listed: onList,
    ...rest
  } = row;
  const { mailedElse: others, rivals: waiting, engagement: taken, ...send } = rest;
  const facts: GateFacts = {
    purpose,
    priority,
    zone,
    consent: newest,
    suppression: suppressed,
    client: buyer,
    mailedAt: mailed,
    ...(mailedAsOther ? { isMailedAsOther: true } : {}),
    ...(onList ? { listed: onList } : {}),
    ...(others ? { mailedElse: others } : {}),
    ...(waiting ? { rivals: waiting } : {}),
    ...(taken ? { engagement: taken } : {}),
  };
  return { send: send.id === null ? undefined : (send as SendRow), facts }; // of a row that is there no column is null
}

/** Whether journeys that a merge found beside this one have mailed the step oftener than this one accounts for. */
const MAILED_BY_TWIN = Prisma.sql`coalesce((
  SELECT count(*) FROM journey_twin t JOIN send o ON o.journey_id = t.twin_id AND o.step_id = s.step_id AND o.handoff_id IS NULL
    AND o.status IN ('claimed', 'dispatching', 'accepted', 'unknown') WHERE t.journey_id = s.journey_id) > (
  SELECT count(*) FROM send o WHERE o.journey_id = s.journey_id AND o.step_id = s.step_id AND o.id <> s.id AND o.handoff_id IS NULL
    AND (o.status IN ('accepted', 'unknown') OR o.reason = ${MAILED_AS_OTHER})), false)`;

const consent = ({ contactId, purpose }: GateQuestion) => Prisma.sql`(
  SELECT CASE WHEN state <> 'unsaid' THEN json_build_object('granted', granted, 'source', source, 'at', ${millis(Prisma.sql`at`)},
    'until', CASE WHEN state = 'requested' THEN ${millis(Prisma.sql`until`)} END) END FROM consent
  WHERE contact_id = ${contactId}::uuid AND purpose = ${purpose} ORDER BY seq DESC LIMIT 1)`;

const suppression = (tx: Tx, { purpose }: GateQuestion) =>
  widest(
    Prisma.sql`${isAbout(tx, Prisma.sql`lower(c.email)`)} AND scope = ANY(${[...scopesOver(purpose)]}::text[])`,
    millis(Prisma.sql`at`),
  );

const listed = ({ contactId, purpose }: GateQuestion) =>
  purpose === TRANSACTIONAL ? Prisma.sql`NULL::json` : listedSql(Prisma.sql`${contactId}::uuid`);

/** Only soft opt-in asks whether someone has bought. */
const client = ({ contactId, purpose }: GateQuestion) =>
  purpose === SIMILAR_PRODUCTS
    ? Prisma.sql`(
      SELECT json_build_object('status', status, 'lastPurchaseAt', ${millis(Prisma.sql`last_purchase_at`)}) FROM client
      WHERE contact_id = ${contactId}::uuid)`
    : Prisma.sql`NULL::json`;

/** A rule that counts mails over time: whose, and how far back. */
interface Window {
  readonly purposes: readonly string[];
  readonly within: number;
}

/** The windows of the rules that have to do with mails of this purpose. */
function windowsOf({ purpose, rules: { caps, gap } }: GateQuestion): readonly Window[] {
  const ofGap = gap ? [{ purposes: gap.purposes, within: gap.atLeast }] : [];
  const ofCaps = caps.map((cap) => ({ purposes: purposesOf(cap), within: cap.within }));
  return [...ofCaps, ...ofGap].filter(({ purposes }) => purposes.includes(purpose));
}

/** Only as far back as the longest window of the purpose looks. */
function mailedAt(question: GateQuestion): Prisma.Sql {
  const { contactId, purpose } = question;
  const windows = windowsOf(question);
  if (windows.length === 0) return Prisma.sql`'[]'::json`;
  return Prisma.sql`coalesce((
    SELECT json_agg(${millis(Prisma.sql`m.at`)}) FROM (
      SELECT ${sentAt(question)} AS at FROM send o
      WHERE o.contact_id = ${contactId}::uuid AND o.purpose = ${purpose} AND ${wasSent(question)}) AS m
    WHERE m.at > ${since(question, windows)}), '[]'::json)`;
}

/** The same of other purposes, where a rule counts them together with this one. One more column, for those who ask. */
function mailedElse(question: GateQuestion): Prisma.Sql {
  const { contactId, purpose } = question;
  const windows = windowsOf(question).filter(({ purposes }) => purposes.length > 1);
  if (windows.length === 0) return Prisma.empty;
  const others = [...new Set(windows.flatMap(({ purposes }) => purposes))].filter((one) => one !== purpose);
  return Prisma.sql`, coalesce((
    SELECT json_agg(json_build_object('purpose', m.purpose, 'at', ${millis(Prisma.sql`m.at`)})) FROM (
      SELECT o.purpose, ${sentAt(question)} AS at FROM send o
      WHERE o.contact_id = ${contactId}::uuid AND o.purpose = ANY(${others}::text[]) AND ${wasSent(question)}) AS m
    WHERE m.at > ${since(question, windows)}), '[]'::json) AS "mailedElse"`;
}

const since = ({ now }: GateQuestion, windows: readonly Window[]) =>
  instantParam(now - Math.max(...windows.map(({ within }) => within)));

const sentAt = ({ now }: GateQuestion) => Prisma.sql`CASE WHEN o.status IN ('accepted', 'unknown') THEN o.settled_at
  WHEN o.lease_until > clock_timestamp() THEN ${instantParam(now)} ELSE o.planned_at END`;

const wasSent = ({ sendId }: GateQuestion) => Prisma.sql`o.handoff_id IS NULL AND o.id <> ${sendId}::uuid
  AND o.status IN ('claimed', 'dispatching', 'accepted', 'unknown')`;

/**
 * Mails of other journeys that could go now: planned ones, and deferred ones whose time has come. `due_at` of a journey is the end of
 * its deferral; whoever a pause holds goes nowhere. Their priority is that of the step, else of the sequence, in the version that the journey is on.
 */
function rivals({ sendId, contactId, purpose, now, rules: { gap } }: GateQuestion): Prisma.Sql {
  if (!gap?.purposes.includes(purpose)) return Prisma.empty;
  const dueAt = Prisma.sql`coalesce(j.due_at, CASE WHEN r.status = 'planned' THEN r.planned_at ELSE ${instantParam(now)} END)`;
  return Prisma.sql`, coalesce((
    SELECT json_agg(json_build_object('purpose', w.purpose, 'sequence', w.sequence, 'priority', w.priority,
        'dueAt', ${millis(Prisma.sql`w.due`)}) ORDER BY w.priority DESC, w.sequence)
    FROM (
      SELECT r.purpose, j.sequence, ${dueAt} AS due, coalesce(
          (SELECT (step->>'priority')::int FROM jsonb_array_elements(v.definition->'steps') AS step WHERE step->>'id' = r.step_id),
          (v.definition->>'priority')::int, 0) AS priority
      FROM send r JOIN journey j ON j.id = r.journey_id JOIN sequence_version v ON v.id = j.version_id
      WHERE r.contact_id = ${contactId}::uuid AND r.id <> ${sendId}::uuid AND r.status IN ('planned', 'deferred')
        AND r.purpose = ANY(${[...gap.purposes]}::text[]) AND j.status = 'running' AND j.held_by IS NULL) AS w
    WHERE w.due <= ${instantParam(now)} AND w.due > ${instantParam(now - gap.atLeast)}), '[]'::json) AS rivals`;
}

/** How the contact has taken mails since the last sign of interest. */
function engagement({ contactId, purpose, now, rules: { sunset } }: GateQuestion): Prisma.Sql {
  if (!sunset || !(sunset.purposes.includes(purpose) || sunset.lastCall === purpose)) return Prisma.empty;
  const until = Prisma.sql`at <= ${instantParam(now)}`;
  return Prisma.sql`, ${engagementOf(sunset, { contactId: Prisma.sql`${contactId}::uuid`, until })} AS engagement`;
}

/** The engagement of a contact, as one JSON value. `until`: a condition on `at`. */
export function engagementOf(
  { purposes, lastCall = '', signs }: NonNullable<GateRules['sunset']>,
  { contactId, until }: { readonly contactId: Prisma.Sql; readonly until: Prisma.Sql },
): Prisma.Sql {
  const named = Prisma.sql`${[...purposes]}::text[]`;
  return Prisma.sql`(
    SELECT json_build_object('mails', count(*) FILTER (WHERE m.purpose = ANY(${named})),
      'since', ${millis(Prisma.sql`min(m.settled_at) FILTER (WHERE m.purpose = ANY(${named}))`)},
      'lastCallAt', ${millis(Prisma.sql`max(m.settled_at) FILTER (WHERE m.purpose = ${lastCall})`)})
    FROM send m WHERE m.contact_id = ${contactId} AND m.status = 'accepted' AND m.handoff_id IS NULL
      AND m.settled_at > coalesce(greatest(
        (SELECT max(at) FROM interaction WHERE contact_id = ${contactId} AND type = ANY(${[...signs]}::text[]) AND ${until}),
        (SELECT max(at) FROM consent WHERE contact_id = ${contactId} AND granted AND purpose = ANY(${named}) AND ${until})),
        '-infinity'::timestamptz))`;
}
