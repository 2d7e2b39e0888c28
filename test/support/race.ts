import { type Db, Prisma, type Tx, transaction } from '../../src/store/db';
import { ingestIn } from '../../src/store/ingest';
import type { SequenceVersion } from '../../src/store/sequences';
import { takeTurn } from '../../src/store/turn';
import { MONDAY } from './builders';
import { aJourney, anIncoming, published } from './journeys';
import { SALES } from './sales';

/** How the steps of a race reach the database: a control breaks it here. */
export type Through = (tx: Tx) => Tx;

export interface Race {
  readonly db: Db;
  readonly version: SequenceVersion;
  /** The event type that each wait of the sequence wants, in order. */
  readonly types: readonly string[];
  readonly through?: Through;
}

/** How one contact's events met its journey's waits. */
export interface Raced {
  readonly journeyId: string;
  /** Events whose ingestion woke the journey; the others were seen by a turn that was just being taken. */
  readonly woke: number;
}

/** A sequence of nothing but waits for events, one after the other; `types` says for which. */
export function waitsInARow(db: Db, types: readonly string[]): Promise<SequenceVersion> {
  const steps = types.map((event, index) => ({ id: `w${index}`, type: 'waitFor', event, timeout: '30d' }));
  return published(db, { steps: [...steps, { id: 'done', type: 'end', outcome: 'all-seen' }] });
}

/**
 * One contact's race: each event comes at the very moment when the wait for it begins. The journey looks only when it is woken, as
 * its workflow does, so an event that falls between leaves it waiting.
 */
export async function raceOf({ db, version, types, through = (tx) => tx }: Race): Promise<Raced> {
  const { contactId, journeyId } = await aJourney(db, version);
  const journey = `journey:${journeyId}`;
  let turn = 1;
  const take = async () => {
    const answer = await transaction(db, (tx) => takeTurn(through(tx), SALES, { journeyId, turn, now: MONDAY }));
    turn = answer.turn;
  };
  const tell = async (type: string): Promise<boolean> => {
    const { pokes } = await transaction(db, (tx) => ingestIn(through(tx), SALES, anIncoming(contactId, type)));
    return pokes.includes(journey);
  };
  let woke = 0;
  let isPoked = false;
  for (const [index, type] of types.entries()) {
    // who asks first has the better start: each in turn
    const early = index % 2 === 0 ? tell(type) : undefined;
    const looking: Promise<void> | undefined = isPoked ? take() : undefined;
    [isPoked] = await Promise.all([early ?? tell(type), looking]);
    if (isPoked) woke += 1;
  }
  if (isPoked) await take();
  return { journeyId, woke };
}

/**
 * All events of one contact at once, for waits of one type: nobody waits for anybody. The journey is woken as by the outbox: pokes
 * that come while it looks are one more look.
 */
export async function crowdOf({ db, version, types, through = (tx) => tx }: Race): Promise<Raced> {
  const { contactId, journeyId } = await aJourney(db, version);
  let turn = 1;
  let isPoked = false;
  let looking: Promise<void> | undefined;
  const look = async () => {
    while (isPoked) {
      isPoked = false;
      const answer = await transaction(db, (tx) => takeTurn(through(tx), SALES, { journeyId, turn, now: MONDAY }));
      turn = answer.turn;
    }
    looking = undefined;
  };
  let woke = 0;
  const tell = async (type: string) => {
    const { pokes } = await transaction(db, (tx) => ingestIn(through(tx), SALES, anIncoming(contactId, type)));
    if (!pokes.includes(`journey:${journeyId}`)) return;
    woke += 1;
    isPoked = true;
    looking ??= look();
    await looking;
  };
  await Promise.all(types.map(tell));
  return { journeyId, woke };
}

/** Runs `count` races, `atOnce` at a time. */
export async function races(
  one: () => Promise<Raced>,
  o: { readonly count: number; readonly atOnce: number },
): Promise<readonly Raced[]> {
  const all: Raced[] = [];
  let begun = 0;
  const lane = async () => {
    while (begun < o.count) {
      begun += 1;
      all.push(await one());
    }
  };
  await Promise.all(Array.from({ length: o.atOnce }, lane));
  return all;
}

/** How often each wait of each journey saw its event: `journey step` with the number of its decisions. */
export async function sightings(db: Db, journeyIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await db.$queryRaw<{ place: string; seen: number }[]>`
    SELECT journey_id || ' ' || step_id AS place, count(*)::int AS seen FROM decision
    WHERE journey_id = ANY(${[...journeyIds]}::uuid[]) AND kind = 'branch' AND outcome = 'event' GROUP BY 1`;
  return new Map(rows.map(({ place, seen }) => [place, seen]));
}

/** A transaction whose statements take no row locks: what the store would be without its lock on the contact. */
export function withoutLocks(tx: Tx): Tx {
  const unlocked = (strings: TemplateStringsArray | Prisma.Sql, ...values: readonly unknown[]) => {
    const sql = 'sql' in strings ? strings : Prisma.sql(strings, ...values);
    const bare = new Prisma.Sql(
      sql.strings.map((part) => part.replace('FOR UPDATE', '')),
      sql.values,
    );
    return tx.$queryRaw(bare);
  };
  return new Proxy(tx, { get: (target, name) => (name === '$queryRaw' ? unlocked : Reflect.get(target, name)) });
}
