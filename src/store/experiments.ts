import { type Compared, comparedIn, isCompared } from '../domain/experiment/compared';
import { type VariantCount, winnerOf } from '../domain/experiment/winner';
import type { Instant } from '../domain/ids';
import type { Definition } from '../domain/sequence/definition';
import type { Winners } from '../domain/simulation/experiments';
import { type Db, Prisma, type Tx, transaction } from './db';
import { instantParam, millis } from './fact-columns';
import { newestVersions } from './sequences';

/** What was decided about a step, once and for all. */
export interface Decided {
  readonly winner: string;
  readonly reason: string;
  readonly decidedAt: Instant;
}

export interface Experiment extends Compared {
  readonly counts: readonly VariantCount[];
  /** Undefined: none has won yet, or the winner is none of the variants any more. */
  readonly decided: Decided | undefined;
  /** Why it stands as it does. */
  readonly reason: string;
}

/** The winners of a definition's steps; undefined for one that compares nothing, which costs no statement. */
export async function winnersFor(
  tx: Tx,
  definition: Definition,
): Promise<{ readonly [stepId: string]: string } | undefined> {
  if (!definition.steps.some(isCompared)) return undefined;
  const rows = await tx.$queryRaw<{ stepId: string; winner: string }[]>`
    SELECT step_id AS "stepId", winner FROM experiment WHERE sequence = ${definition.sequence}`;
  return Object.fromEntries(rows.map(({ stepId, winner }) => [stepId, winner]));
}

/** Every winner that is decided, by sequence and step. */
export async function decidedWinners(db: Db): Promise<Winners> {
  const rows = await db.$queryRaw<{ sequence: string; stepId: string; winner: string }[]>`
    SELECT sequence, step_id AS "stepId", winner FROM experiment ORDER BY sequence, step_id`;
  const sequences = [...new Set(rows.map(({ sequence }) => sequence))];
  const winnersIn = (name: string) =>
    rows.flatMap(({ sequence, stepId, winner }) => (sequence === name ? [[stepId, winner] as const] : []));
  return Object.fromEntries(sequences.map((name) => [name, Object.fromEntries(winnersIn(name))]));
}

interface Asking {
  readonly now: Instant;
  readonly sequence?: string;
}

/** Every experiment of the newest versions as it stands at `now`, by sequence and step. */
export function listExperiments(db: Db, asking: Asking): Promise<readonly Experiment[]> {
  return transaction(db, async (tx) => {
    const all: Experiment[] = [];
    for (const compared of await comparedNow(tx, asking)) all.push(await experimentOf(tx, compared, asking.now));
    return all;
  });
}

/** Decides the experiments whose variants differ enough at `now`; answers those decided now. What is decided stays. */
export async function decideExperiments(db: Db, asking: Asking): Promise<readonly Experiment[]> {
  const decided: Experiment[] = [];
  for (const compared of await transaction(db, (tx) => comparedNow(tx, asking))) {
    const won = await transaction(db, (tx) => decide(tx, compared, asking.now));
    if (won) decided.push(won);
  }
  return decided;
}

async function comparedNow(tx: Tx, { sequence }: Asking): Promise<readonly Compared[]> {
  const versions = await newestVersions(tx);
  return versions
    .filter((version) => sequence === undefined || version.sequence === sequence)
    .flatMap(({ definition }) => comparedIn(definition));
}

async function experimentOf(tx: Tx, compared: Compared, now: Instant): Promise<Experiment> {
  const counts = await countsOf(tx, compared, now);
  const decided = await decidedOf(tx, compared);
  return { ...compared, counts, decided, reason: decided?.reason ?? winnerOf(counts, compared.rule).reason };
}

async function decidedOf(tx: Tx, { sequence, stepId, variants }: Compared): Promise<Decided | undefined> {
  const [row] = await tx.$queryRaw<Decided[]>`
    SELECT winner, reason, ${millis(Prisma.sql`decided_at`)} AS "decidedAt" FROM experiment
    WHERE sequence = ${sequence} AND step_id = ${stepId} AND winner = ANY(${[...variants]}::text[])`;
  return row;
}

async function decide(tx: Tx, compared: Compared, now: Instant): Promise<Experiment | undefined> {
  const before = await experimentOf(tx, compared, now);
  const comparison = winnerOf(before.counts, compared.rule);
  if (before.decided || comparison.type === 'open') return undefined;
  const { winner, reason } = comparison;
  const { sequence, stepId, variants } = compared;
  // a winner that is none of the variants any more gives way; whoever was faster stays
  const count = await tx.$executeRaw`
    INSERT INTO experiment AS e (sequence, step_id, winner, reason, decided_at)
    VALUES (${sequence}, ${stepId}, ${winner}, ${reason}, ${new Date(now)})
    ON CONFLICT (sequence, step_id) DO UPDATE SET winner = excluded.winner, reason = excluded.reason,
      decided_at = excluded.decided_at WHERE e.winner <> ALL(${[...variants]}::text[])`;
  return count === 1 ? { ...before, decided: { winner, reason, decidedAt: now }, reason } : undefined;
}

/** Accepted mails whose recipients have had `within`, and how many of them clicked, or reached the goal, in that time. */
async function countsOf(
  tx: Tx,
  { sequence, stepId, rule, variants }: Compared,
  now: Instant,
): Promise<readonly VariantCount[]> {
  const until = Prisma.sql`s.settled_at + ${rule.within} * interval '1 millisecond'`;
  const succeeded =
    rule.by === 'goal'
      ? Prisma.sql`j.outcome = 'goal' AND j.ended_at BETWEEN s.settled_at AND ${until}`
      : Prisma.sql`EXISTS (SELECT 1 FROM interaction i WHERE i.contact_id = s.contact_id AND i.type = 'mail.clicked'
          AND i.at BETWEEN s.settled_at AND ${until} AND i.properties->>'sendId' = s.id::text)`;
  const rows = await tx.$queryRaw<VariantCount[]>`
    SELECT s.variant, count(*)::int AS sent, (count(*) FILTER (WHERE ${succeeded}))::int AS successes
    FROM journey j JOIN send s ON s.journey_id = j.id
    WHERE j.sequence = ${sequence} AND s.step_id = ${stepId} AND s.status = 'accepted'
      AND s.variant = ANY(${[...variants]}::text[]) AND s.settled_at <= ${instantParam(now - rule.within)}
    GROUP BY s.variant`;
  return variants.map((variant) => rows.find((row) => row.variant === variant) ?? { variant, sent: 0, successes: 0 });
}
