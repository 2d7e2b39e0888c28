import { sweepDay } from '../domain/client/sweep-day';
import type { Condition } from '../domain/conditions';
import type { Instant } from '../domain/ids';
import type { Definition } from '../domain/sequence/definition';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { enrol, journeyIdFor } from './enrol';
import { instantParam } from './fact-columns';
import { contactsWhere, type SegmentMember } from './segments';
import type { SequenceVersion } from './sequences';
import type { TurnDeps } from './turn';

const PAGE = 200;
const DAY_MS = 86_400_000;

interface EntryRequest {
  readonly version: SequenceVersion;
  readonly now: Instant;
  readonly signal?: AbortSignal;
}

interface Sweeping extends EntryRequest {
  readonly when: Condition;
  /** The local day of the sweep: with the contact and the sequence it names the journey. */
  readonly cause: string;
  readonly day: string;
}

/**
 * Enters everyone for whom the sequence's `enter.when` holds at `now` and who may enter, each in a transaction of its own, by
 * contact id, until the day has entered `lifecycle.sweep.perDay`: what earlier sweeps of the day entered counts, so a retried one
 * does not exceed it. Answers how many entered now.
 */
export async function sweepEntries(db: Db, deps: TurnDeps, request: EntryRequest): Promise<number> {
  const { when } = request.version.definition.enter;
  if (when === undefined) return 0;
  const day = sweepDay(deps.rules.lifecycle, request.now);
  const sweeping: Sweeping = { ...request, when, day, cause: `sweep:${day}` };
  let page = await enterPage(db, deps, { sweeping, after: null });
  let { entered } = page;
  while (page.last !== null) {
    page = await enterPage(db, deps, { sweeping, after: page.last });
    entered += page.entered;
  }
  return entered;
}

async function enterPage(
  db: Db,
  deps: TurnDeps,
  { sweeping, after }: { readonly sweeping: Sweeping; readonly after: string | null },
): Promise<{ readonly entered: number; readonly last: string | null }> {
  const { version, cause, signal } = sweeping;
  const today = await transaction(db, (tx) => enteredToday(tx, sweeping));
  const limit = Math.min(PAGE, deps.rules.lifecycle.sweep.perDay - today.size);
  if (limit <= 0) return { entered: 0, last: null };
  const page = await transaction(db, (tx) => candidates(tx, deps, { sweeping, limit, after }));
  let entered = 0;
  for (const member of page) {
    signal?.throwIfAborted();
    if (today.has(journeyIdFor(member.contactId, version.sequence, cause))) continue;
    if (await transaction(db, (tx) => enter(tx, deps, { sweeping, member }))) entered += 1;
  }
  return { entered, last: page.length < limit ? null : (page.at(-1)?.contactId ?? null) };
}

/** Journeys that sweeps of this day have entered: their ids say so, whatever else entered the sequence meanwhile. */
async function enteredToday(tx: Tx, { version, cause, now }: Sweeping): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw<{ id: string; contact_id: string }[]>`
    SELECT id, contact_id FROM journey WHERE sequence = ${version.sequence}
      AND entered_at BETWEEN ${instantParam(now - 2 * DAY_MS)} AND ${instantParam(now + 2 * DAY_MS)}`;
  const ids = rows.filter(({ id, contact_id }) => id === journeyIdFor(contact_id, version.sequence, cause));
  return new Set(ids.map(({ id }) => id));
}

interface Candidates {
  readonly sweeping: Sweeping;
  readonly limit: number;
  readonly after: string | null;
  readonly only?: string;
}

function candidates(tx: Tx, { rules }: TurnDeps, { sweeping, limit, after, only }: Candidates) {
  const { version, when: condition, now } = sweeping;
  const { halfLife } = rules.scoring;
  const one = only === undefined ? Prisma.empty : Prisma.sql`AND c.id = ${only}::uuid`;
  return contactsWhere(tx, {
    condition,
    now,
    halfLife,
    limit,
    after,
    and: Prisma.sql`${mayEnter(version, now)} ${one}`,
  });
}

/** The SQL half of what `enrol` asks, so that those who may not enter take no place on a page. */
function mayEnter({ sequence, definition }: SequenceVersion, now: Instant): Prisma.Sql {
  const isThere = { lead: Prisma.sql`l.id IS NOT NULL`, client: Prisma.sql`k.contact_id IS NOT NULL` } as const;
  return Prisma.sql`${isThere[definition.audience]} AND NOT EXISTS (
    SELECT 1 FROM journey j WHERE j.contact_id = c.id AND j.sequence = ${sequence}
      AND (j.status = 'running' OR ${barsEntry(definition.reenter, now)}))`;
}

/** Whether the earlier journey j keeps its contact out: src/domain/sequence/reentry.ts says the same. */
function barsEntry(reenter: Definition['reenter'], now: Instant): Prisma.Sql {
  if (reenter === 'always') return Prisma.sql`false`;
  return reenter === 'never' ? Prisma.sql`true` : Prisma.sql`j.entered_at > ${instantParam(now - reenter.after)}`;
}

/** Asks again under the contact's lock: a purchase may have come since the page was read. */
async function enter(
  tx: Tx,
  deps: TurnDeps,
  { sweeping, member }: { readonly sweeping: Sweeping; readonly member: SegmentMember },
): Promise<boolean> {
  const { version, now, day, cause } = sweeping;
  await lockContact(tx, member.contactId);
  const [still] = await candidates(tx, deps, { sweeping, limit: 1, after: null, only: member.contactId });
  if (!still) return false;
  const enrolled = await enrol(tx, deps, { ...still, version, now, origin: `sweep of ${day}`, cause });
  return enrolled.type === 'entered';
}
