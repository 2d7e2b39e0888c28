import { sweepDay } from '../domain/client/sweep-day';
import type { Condition } from '../domain/conditions';
import { dateFor, daysToSweep, isDueOn, type LocalDate, missedDays } from '../domain/entry/dates';
import type { DateEntry } from '../domain/entry/schema';
import type { Instant } from '../domain/ids';
import { mayBeDue, sweptThrough } from './date-sweeps';
import { lockContact, Prisma, type Tx } from './db';
import { journeyIdFor } from './enrol';
import { readFacts } from './facts';
import { mayEnter } from './may-enter';
import { contactsWhere, type SegmentMember } from './segments';
import type { SequenceVersion } from './sequences';
import type { TurnDeps } from './turn';

export interface EntryRequest {
  readonly version: SequenceVersion;
  readonly now: Instant;
  readonly signal?: AbortSignal;
}

interface Due {
  readonly entry: DateEntry;
  readonly day: LocalDate;
}

/** One way in that a sweep looks at: a condition, or the dates of one day. */
export interface Round extends EntryRequest {
  readonly via: 'when' | 'date';
  readonly condition: Condition;
  /** What must hold besides, in SQL. */
  readonly and?: Prisma.Sql;
  /** Who is let in by a date, and on which day. */
  readonly due?: Due;
  readonly origin: string;
  /** With the contact and the sequence it names the journey. */
  readonly cause: string;
  /** The local day of the sweep. */
  readonly sweptOn: string;
}

export type DateRound = Round & { readonly due: Due };

export interface Rounds {
  /** By condition, then by the dates of each day, the oldest first. */
  readonly entering: readonly Round[];
  /** By the dates of days that are too long ago, of which nobody has been told yet. */
  readonly missed: readonly DateRound[];
}

/** What a day's sweep of a sequence looks at. */
export async function roundsOf(tx: Tx, deps: TurnDeps, request: EntryRequest): Promise<Rounds> {
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
  if (date === undefined) return { entering: ofSegment, missed: [] };
  const through = await sweptThrough(tx, request.version.sequence, sweptOn);
  const ofDay = (day: LocalDate) => dateRound(deps, { ...request, date, day, sweptOn });
  return {
    entering: [...ofSegment, ...daysToSweep(sweptOn, through).map(ofDay)],
    missed: missedDays(sweptOn, through).map(ofDay),
  };
}

/** Every contact has an address. */
const ANYONE: Condition = { fact: 'contact.email', exists: true };

function dateRound(
  { rules }: TurnDeps,
  o: EntryRequest & { readonly date: DateEntry; readonly day: LocalDate; readonly sweptOn: string },
): DateRound {
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

export interface Candidates {
  readonly round: Round;
  readonly limit: number;
  readonly after: string | null;
  readonly only?: string;
}

/** A page of those whom a round may let in, as far as SQL tells. */
export function candidates(tx: Tx, { rules }: TurnDeps, { round, limit, after, only }: Candidates) {
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

/**
 * The contact with its lead if the round still lets it in, asked again under its lock: a purchase may have come since the page was
 * read. Undefined: not any more, not after all, or this cause has let it in before.
 */
export async function stillLetIn(
  tx: Tx,
  deps: TurnDeps,
  { round, member }: { readonly round: Round; readonly member: SegmentMember },
): Promise<SegmentMember | undefined> {
  const { version, now, cause, due } = round;
  await lockContact(tx, member.contactId);
  if (await isThere(tx, journeyIdFor(member.contactId, version.sequence, cause))) return undefined;
  const [still] = await candidates(tx, deps, { round, limit: 1, after: null, only: member.contactId });
  if (!still || !due) return still;
  const facts = await readFacts(tx, { ...still, now, halfLife: deps.rules.scoring.halfLife });
  return isDueOn(due.entry, facts, due.day) ? still : undefined;
}

/** The same cause has entered it before, and the journey has ended since. */
async function isThere(tx: Tx, journeyId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM journey WHERE id = ${journeyId}::uuid`;
  return rows.length > 0;
}
