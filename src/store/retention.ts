import type { Instant } from '../domain/ids';
import { newId } from '../domain/ids';
import { entryOf, type TableEntry } from '../domain/privacy/inventory';
import {
  classesOf,
  DEFAULT_RETENTION,
  type DueClass,
  type RetentionAction,
  type RetentionClass,
} from '../domain/privacy/retention';
import type { Rules } from '../domain/rules';
import { eraseConsentDetails } from './consents';
import { type Db, Prisma, transaction } from './db';
import { requestErasure } from './erasures';
import { instantParam } from './fact-columns';
import { eraseBatch, nameSql } from './inventory-sql';

/** One table of a class, and which of its rows are over since before `cutoff`. */
interface Part {
  readonly table: string;
  readonly isOver: (cutoff: Prisma.Sql) => Prisma.Sql;
}

/** Facts that a journey under way may look at stay. */
const ofNoJourney = (table: string): Prisma.Sql =>
  Prisma.sql`NOT EXISTS (SELECT 1 FROM journey j WHERE j.contact_id = ${nameSql(table)}.contact_id AND j.status = 'running')`;

const isOldSend = (cutoff: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`settled_at < ${cutoff} AND status IN ('accepted', 'rejected', 'skipped')`;
const ofOldSend = (cutoff: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`send_id IN (SELECT id FROM send WHERE ${isOldSend(cutoff)})`;
const IS_PURCHASE = Prisma.sql`type IN ('purchase', 'purchase.returned')`;

/** Children before parents: what is found through a parent is still found. */
const PARTS: { readonly [C in Exclude<RetentionClass, 'proofs' | 'contacts'>]: readonly Part[] } = {
  interactions: [
    {
      table: 'interaction',
      isOver: (cutoff) => Prisma.sql`at < ${cutoff} AND NOT ${IS_PURCHASE} AND ${ofNoJourney('interaction')}`,
    },
  ],
  decisions: [{ table: 'decision', isOver: (cutoff) => Prisma.sql`at < ${cutoff} AND ${ofNoJourney('decision')}` }],
  scores: [{ table: 'score_entry', isOver: (cutoff) => Prisma.sql`at < ${cutoff} AND ${ofNoJourney('score_entry')}` }],
  mails: [
    { table: 'send_attempt', isOver: ofOldSend },
    { table: 'link_hit', isOver: ofOldSend },
    { table: 'link', isOver: ofOldSend },
    { table: 'send', isOver: isOldSend },
  ],
  inbound: [{ table: 'inbound', isOver: (cutoff) => Prisma.sql`received_at < ${cutoff}` }],
  handoffs: [
    { table: 'task', isOver: (cutoff) => Prisma.sql`closed_at < ${cutoff} AND status IN ('closed', 'cancelled')` },
    {
      table: 'handoff',
      isOver: (cutoff) => Prisma.sql`answered_at < ${cutoff} AND status NOT IN ('offered', 'escalated')`,
    },
  ],
  webhooks: [
    {
      table: 'webhook',
      isOver: (cutoff) => Prisma.sql`settled_at < ${cutoff} AND status NOT IN ('planned', 'deferred')`,
    },
  ],
  purchases: [
    {
      table: 'interaction',
      isOver: (cutoff) => Prisma.sql`at < ${cutoff} AND ${IS_PURCHASE} AND ${ofNoJourney('interaction')}`,
    },
    { table: 'purchase', isOver: (cutoff) => Prisma.sql`at < ${cutoff}` },
  ],
  erasures: [
    { table: 'erasure', isOver: (cutoff) => Prisma.sql`ended_at < ${cutoff} AND status NOT IN ('waiting', 'working')` },
  ],
};

/** Whose word was the last one before `cutoff`, who allow nothing, and whose proofs still say who they were. */
const overProofs = (cutoff: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT n.contact_id AS id FROM consent n GROUP BY n.contact_id
  HAVING max(n.at) < ${cutoff} AND bool_or(n.personal IS NOT NULL) AND NOT EXISTS (
    SELECT 1 FROM consent g WHERE g.contact_id = n.contact_id AND g.state NOT IN ('withdrawn', 'unsaid') AND NOT EXISTS (
      SELECT 1 FROM consent l WHERE l.contact_id = g.contact_id AND l.purpose = g.purpose AND l.seq > g.seq))`;

/** What machines and we ourselves did with somebody is no sign of them. */
const NO_SIGNS = [
  'mail.accepted',
  'mail.scanned',
  'mail.delivered',
  'mail.delayed',
  'mail.bounced',
  'mail.soft_bounced',
  'mail.blocked',
  'mail.auto_replied',
  'journey.ended',
  'client.inactive',
  'client.pre_inactive',
];

/** Of whom nothing was heard since `cutoff`; clients whose contract lasts are none of them. */
const overContacts = (cutoff: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT c.id FROM contact c
  WHERE c.created_at < ${cutoff}
    AND NOT EXISTS (SELECT 1 FROM interaction i WHERE i.contact_id = c.id AND i.at >= ${cutoff} AND i.type <> ALL(${NO_SIGNS}::text[]))
    AND NOT EXISTS (SELECT 1 FROM consent n WHERE n.contact_id = c.id AND n.at >= ${cutoff})
    AND NOT EXISTS (SELECT 1 FROM client k WHERE k.contact_id = c.id AND (k.status <> 'ended' OR k.last_purchase_at >= ${cutoff}))
    AND NOT EXISTS (SELECT 1 FROM journey j WHERE j.contact_id = c.id AND j.status = 'running')
    AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.contact_id = c.id AND e.status IN ('waiting', 'working'))`;

export interface PlannedRetention {
  readonly dataClass: RetentionClass;
  readonly action: RetentionAction;
  /** What is older goes. */
  readonly before: Instant;
  /** Rows, or contacts of `proofs` and `contacts`. */
  readonly count: number;
}

/** What would go by the rules at `now`. Nothing is changed. */
export async function planRetention(db: Db, rules: Rules, now: Instant): Promise<readonly PlannedRetention[]> {
  const planned: PlannedRetention[] = [];
  for (const due of classesOf(rules.retention ?? DEFAULT_RETENTION)) {
    const { dataClass, action, keepFor } = due;
    planned.push({ dataClass, action, before: now - keepFor, count: await countDue(db, due, now) });
  }
  return planned;
}

async function countDue(db: Db, { dataClass, keepFor }: DueClass, now: Instant): Promise<number> {
  const cutoff = instantParam(now - keepFor);
  const counted = (from: Prisma.Sql) =>
    db.$queryRaw<{ count: number }[]>(Prisma.sql`SELECT count(*)::int AS count FROM ${from}`);
  if (dataClass === 'proofs') return (await counted(Prisma.sql`(${overProofs(cutoff)}) AS o`))[0]?.count ?? 0;
  if (dataClass === 'contacts') return (await counted(Prisma.sql`(${overContacts(cutoff)}) AS o`))[0]?.count ?? 0;
  let count = 0;
  for (const part of PARTS[dataClass])
    count +=
      (await counted(Prisma.sql`${nameSql(part.table)} WHERE ${part.isOver(cutoff)} AND ${isWhole(part.table)}`))[0]
        ?.count ?? 0;
  return count;
}

/** Of a row that is anonymised: whether it is still somebody's. */
function isWhole(table: string): Prisma.Sql {
  if (entryIn(table).erasure.how === 'delete') return Prisma.sql`true`;
  return WHOLE[table] ?? Prisma.sql`true`;
}
const WHOLE: { readonly [table: string]: Prisma.Sql } = {
  send: Prisma.sql`contact_id IS NOT NULL`,
  send_attempt: Prisma.sql`problem <> 'erased'`,
  inbound: Prisma.sql`(sender <> '' OR contact_id IS NOT NULL)`,
  // the contact of these is a random id once they are anonymous
  task: Prisma.sql`EXISTS (SELECT 1 FROM contact c WHERE c.id = task.contact_id)`,
  handoff: Prisma.sql`EXISTS (SELECT 1 FROM contact c WHERE c.id = handoff.contact_id)`,
  purchase: Prisma.sql`EXISTS (SELECT 1 FROM contact c WHERE c.id = purchase.contact_id)`,
};

function entryIn(table: string): TableEntry {
  if (table === 'erasure') return ERASURE;
  const entry = entryOf(table);
  if (!entry) throw new TypeError(`the inventory has no table ${table}`);
  return entry;
}
/** An erasure of a person leaves the record of it; its age does not. */
const ERASURE: TableEntry = {
  table: 'erasure',
  belongs: [],
  erasure: { how: 'delete' },
  isExported: false,
  withheld: [],
  columns: {},
};

export interface RetentionRequest {
  readonly now: Instant;
  readonly signal?: AbortSignal | undefined;
  /** Who asks, for the record of erasures. */
  readonly by: string;
}

/** Rows of one transaction; contacts of one day: each brings a workflow of its own. */
const BATCH = 1_000;
const MOST_CONTACTS = 200;

/**
 * Removes what is due by the rules, some at a time, and notes how much of which class: nobody is named. May be broken off between any two
 * transactions and repeated. Answers what was done.
 */
export async function runRetention(
  db: Db,
  rules: Rules,
  request: RetentionRequest,
): Promise<readonly PlannedRetention[]> {
  const done: PlannedRetention[] = [];
  for (const due of classesOf(rules.retention ?? DEFAULT_RETENTION)) {
    const { dataClass, action, keepFor } = due;
    const count = await removeDue(db, rules, { due, request });
    done.push({ dataClass, action, before: request.now - keepFor, count });
  }
  return done;
}

interface Removing {
  readonly due: DueClass;
  readonly request: RetentionRequest;
}

async function removeDue(db: Db, rules: Rules, removing: Removing): Promise<number> {
  const { dataClass } = removing.due;
  if (dataClass === 'contacts') return eraseQuiet(db, rules, removing);
  if (dataClass === 'proofs') return eraseProofs(db, removing);
  let count = 0;
  for (const part of PARTS[dataClass]) count += await removePart(db, part, removing);
  return count;
}

async function removePart(db: Db, { table, isOver }: Part, { due, request }: Removing): Promise<number> {
  const cutoff = instantParam(request.now - due.keepFor);
  let all = 0;
  for (let count = BATCH; count === BATCH; all += count) {
    request.signal?.throwIfAborted();
    count = await transaction(db, async (tx) => {
      const where = Prisma.sql`${isOver(cutoff)} AND ${isWhole(table)}`;
      const gone = await eraseBatch(tx, { entry: entryIn(table), where, standIn: newId(), limit: BATCH });
      await note(tx, { due, count: gone, at: request.now });
      return gone;
    });
  }
  return all;
}

async function eraseProofs(db: Db, { due, request }: Removing): Promise<number> {
  const rows = await db.$queryRaw<{ id: string }[]>(overProofs(instantParam(request.now - due.keepFor)));
  for (let start = 0; start < rows.length; start += BATCH) {
    request.signal?.throwIfAborted();
    const page = rows.slice(start, start + BATCH);
    await transaction(db, async (tx) => {
      for (const { id } of page) await eraseConsentDetails(tx, id);
      await note(tx, { due, count: page.length, at: request.now });
    });
  }
  return rows.length;
}

/** Each by a workflow of its own, with its proof. */
async function eraseQuiet(db: Db, rules: Rules, { due, request }: Removing): Promise<number> {
  const { now, by, signal } = request;
  const rows = await db.$queryRaw<{ id: string }[]>(
    Prisma.sql`${overContacts(instantParam(now - due.keepFor))} ORDER BY c.created_at, c.id LIMIT ${MOST_CONTACTS}`,
  );
  for (const { id } of rows) {
    signal?.throwIfAborted();
    await requestErasure(db, rules, { contactId: id, origin: 'retention', by, scope: 'marketing', after: 0, now });
  }
  await transaction(db, (tx) => note(tx, { due, count: rows.length, at: now }));
  return rows.length;
}

async function note(
  tx: Parameters<Parameters<typeof transaction>[1]>[0],
  { due, count, at }: { readonly due: DueClass; readonly count: number; readonly at: Instant },
): Promise<void> {
  if (count === 0) return;
  await tx.$executeRaw`
    INSERT INTO retention_run (at, data_class, action, count)
    VALUES (${instantParam(at)}, ${due.dataClass}, ${due.action}, ${count})`;
}

export interface RetentionEntry {
  readonly at: Instant;
  readonly dataClass: string;
  readonly action: string;
  readonly count: number;
}

/** What was removed by the rules, by run and class, the newest first. */
export function listRetention(db: Db, most: number): Promise<readonly RetentionEntry[]> {
  return db.$queryRaw<RetentionEntry[]>`
    SELECT (extract(epoch FROM at) * 1000)::float8 AS at, data_class AS "dataClass", action, sum(count)::int AS count
    FROM retention_run GROUP BY retention_run.at, data_class, action ORDER BY retention_run.at DESC, data_class LIMIT ${most}`;
}
