import { sweepDay } from '../domain/client/sweep-day';
import type { Condition } from '../domain/conditions';
import { dateFor, daysToSweep, isDueOn, type LocalDate } from '../domain/entry/dates';
import type { DateEntry } from '../domain/entry/schema';
import type { Instant } from '../domain/ids';
import { mayBeDue, noteSwept, sweptThrough } from './date-sweeps';
import { type Db, lockContact, Prisma, type Tx, transaction } from './db';
import { enrol, journeyIdFor } from './enrol';
import { readFacts } from './facts';
import { mayEnter } from './may-enter';
import { enteredOn, perDayOf } from './pace';
import { contactsWhere, type SegmentMember } from './segments';
import type { SequenceVersion } from './sequences';
import type { TurnDeps } from './turn';

const PAGE = 200;

interface EntryRequest {
  readonly version: SequenceVersion;
  readonly now: Instant;
  readonly signal?: AbortSignal;
}

/** One way in that a sweep looks at: a condition, or the dates of one day. */
interface Round extends EntryRequest {
  readonly via: 'when' | 'date';
  readonly condition: Condition;
  /** What must hold besides, in SQL. */
  readonly and?: Prisma.Sql;
  /** Who is let in by a date, and on which day. */
  readonly due?: { readonly entry: DateEntry; readonly day: LocalDate };
  readonly origin: string;
  /** With the contact and the sequence it names the journey. */
  readonly cause: string;
  /** The local day of the sweep. */
  readonly sweptOn: string;
}

/**
 * Enters everyone for whom the sequence's `enter.when` holds at `now`, or whose `enter.date` has come, and who may enter, each in a
 * transaction of its own, by contact id, until the day has entered its most: what earlier sweeps of the day entered counts, so a
 * retried one does not exceed it. Answers how many entered now.
 */
export async function sweepEntries(db: Db, deps: TurnDeps, request: EntryRequest): Promise<number> {
  let entered = 0;
  for (const round of await transaction(db, (tx) => roundsOf(tx, deps, request))) {
    const swept = await sweepRound(db, deps, round);
    entered += swept.entered;
    const { due } = round;
    if (due && swept.isThrough) await transaction(db, (tx) => noteSwept(tx, request.version.sequence, due.day));
  }
  return entered;
}

async function roundsOf(tx: Tx, deps: TurnDeps, request: EntryRequest): Promise<readonly Round[]> {
  const { when, date } = request.version.definition.enter;
  const sweptOn = sweepDay(deps.rules.lifecycle, request.now);
  const ofSegment: readonly Round[] =
    when === undefined
      ? []
      : [
          {
            ...request,
            via: 'when',
            condition: when,
            origin: `sweep of ${sweptOn}`,
            cause: `sweep:${sweptOn}`,
            sweptOn,
          },
        ];
  if (date === undefined) return ofSegment;
  const days = daysToSweep(sweptOn, await sweptThrough(tx, request.version.sequence, sweptOn));
  return [...ofSegment, ...days.map((day) => dateRound(deps, { ...request, date, day, sweptOn }))];
}

/** Every contact has an address. */
const ANYONE: Condition = { fact: 'contact.email', exists: true };

function dateRound(
  { rules }: TurnDeps,
  o: EntryRequest & { readonly date: DateEntry; readonly day: LocalDate; readonly sweptOn: string },
): Round {
  const { date, day, sweptOn, ...request } = o;
  const wanted = dateFor(date, day);
  return {
    ...request,
    via: 'date',
    condition: date.where ?? ANYONE,
    and: mayBeDue(date, { day, now: request.now, halfLife: rules.scoring.halfLife }),
    due: { entry: date, day },
    origin: `${date.field} ${date.every === 'year' ? 'has its day on' : 'is'} ${wanted}`,
    cause: `date:${date.field}:${wanted}`,
    sweptOn,
  };
}

interface SweptRound {
  readonly entered: number;
  /** Everyone was looked at; else the day has entered its most. */
  readonly isThrough: boolean;
}

async function sweepRound(db: Db, deps: TurnDeps, round: Round): Promise<SweptRound> {
  let entered = 0;
  let after: string | null = null;
  for (;;) {
    const page: Page = await enterPage(db, deps, { round, after });
    entered += page.entered;
    if (page.isFull) return { entered, isThrough: false };
    if (page.last === null) return { entered, isThrough: true };
    after = page.last;
  }
}

interface Page {
  readonly entered: number;
  /** Nobody was looked at: the day has entered its most. */
  readonly isFull: boolean;
  /** The last contact that was looked at; null: there is nobody after this page. */
  readonly last: string | null;
}

async function enterPage(
  db: Db,
  deps: TurnDeps,
  { round, after }: { readonly round: Round; readonly after: string | null },
): Promise<Page> {
  const { version, sweptOn: day, signal } = round;
  const today = await transaction(db, (tx) => enteredOn(tx, { sequence: version.sequence, day }));
  const limit = Math.min(PAGE, perDayOf(version, deps.rules.lifecycle) - today);
  if (limit <= 0) return { entered: 0, isFull: true, last: null };
  const page = await transaction(db, (tx) => candidates(tx, deps, { round, limit, after }));
  let entered = 0;
  for (const member of page) {
    signal?.throwIfAborted();
    if (await transaction(db, (tx) => enter(tx, deps, { round, member }))) entered += 1;
  }
  return { entered, isFull: false, last: page.length < limit ? null : (page.at(-1)?.contactId ?? null) };
}

interface Candidates {
  readonly round: Round;
  readonly limit: number;
  readonly after: string | null;
  readonly only?: string;
}

function candidates(tx: Tx, { rules }: TurnDeps, { round, limit, after, only }: Candidates) {
  const { version, condition, and = Prisma.sql`true`, now } = round;
  const { halfLife } = rules.scoring;
  const one = only === undefined ? Prisma.empty : Prisma.sql`AND c.id = ${only}::uuid`;
  return contactsWhere(tx, {
    condition,
    now,
    halfLife,
    limit,
    after,
    and: Prisma.sql`${mayEnter(version, now)} AND ${and} ${one}`,
  });
}

/** Asks again under the contact's lock: a purchase may have come since the page was read. Whether it has entered now. */
async function enter(
  tx: Tx,
  deps: TurnDeps,
  { round, member }: { readonly round: Round; readonly member: SegmentMember },
): Promise<boolean> {
  const { version, now, origin, cause, via, sweptOn, due } = round;
  await lockContact(tx, member.contactId);
  if (await isThere(tx, journeyIdFor(member.contactId, version.sequence, cause))) return false;
  const [still] = await candidates(tx, deps, { round, limit: 1, after: null, only: member.contactId });
  if (!still) return false;
  if (due) {
    const facts = await readFacts(tx, { ...still, now, halfLife: deps.rules.scoring.halfLife });
    if (!isDueOn(due.entry, facts, due.day)) return false;
  }
  const enrolled = await enrol(tx, deps, { ...still, version, now, origin, cause, via, sweptOn });
  return enrolled.type === 'entered';
}

/** The same cause has entered it before, and the journey has ended since. */
async function isThere(tx: Tx, journeyId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM journey WHERE id = ${journeyId}::uuid`;
  return rows.length > 0;
}
