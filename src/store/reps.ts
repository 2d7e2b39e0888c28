import { failure } from '../domain/errors';
import { chooseRep } from '../domain/handoff/choose-rep';
import type { RoutingRules } from '../domain/handoff/rules';
import { keyOf, newId } from '../domain/ids';
import type { Rep } from '../generated/prisma/client';
import { type Db, type Tx, transaction } from './db';

export type { Rep };

/** A rep of the routing rules has this id; one that was added by hand has an id of its own, and no sync retires them. */
const idByRules = (email: string): string => keyOf('rep', email);

/**
 * Makes the reps and managers of the routing rules stand in the database, by address. Those gone from the rules become inactive;
 * those deactivated or added by hand stay as they are. Doing it again changes nothing.
 */
export function syncReps(db: Db, routing: RoutingRules): Promise<void> {
  const people = Object.entries(routing.teams).flatMap(([team, { reps, manager }]) => [
    ...reps.map((rep) => ({ ...rep, id: idByRules(rep.email), team, is_manager: false })),
    { ...manager, id: idByRules(manager.email), team, is_manager: true },
  ]);
  return transaction(db, async (tx) => {
    await tx.$executeRaw`LOCK TABLE rep IN EXCLUSIVE MODE`; // waits for offers under way, before it holds any row they want
    // weight 0: gone from the rules. It tells them from those deactivated by hand, who must not come back with a sync
    await tx.$executeRaw`
      INSERT INTO rep (id, name, email, team, weight, is_manager)
      SELECT id, name, email, team, weight, is_manager
      FROM json_to_recordset(${JSON.stringify(people)}::json)
        AS r(id uuid, name text, email text, team text, weight int, is_manager boolean)
      ON CONFLICT (email) DO UPDATE SET name = excluded.name, team = excluded.team, weight = excluded.weight,
        is_manager = excluded.is_manager, active = rep.active OR rep.weight = 0`;
    await retireGone(tx, new Set(people.map(({ email }) => email)));
  });
}

async function retireGone(tx: Tx, kept: ReadonlySet<string>): Promise<void> {
  const known = await tx.$queryRaw<{ id: string; email: string }[]>`SELECT id, email FROM rep WHERE weight > 0`;
  const gone = known.filter(({ id, email }) => id === idByRules(email) && !kept.has(email)).map(({ id }) => id);
  if (gone.length === 0) return;
  await tx.$executeRaw`
    UPDATE rep SET active = false, weight = 0, current_weight = 0 WHERE id = ANY(${gone}::uuid[])`;
}

/** All reps and managers, by team and name. */
export function listReps(db: Db): Promise<readonly Rep[]> {
  return db.rep.findMany({ orderBy: [{ team: 'asc' }, { isManager: 'asc' }, { name: 'asc' }] });
}

export interface NewRep {
  readonly name: string;
  readonly email: string;
  readonly team: string;
  /** Share of the team's handoffs, 1 to 100. */
  readonly weight: number;
  readonly isManager: boolean;
}

/** Adds a rep, or brings one back with new particulars. From now on they take their share of the team's handoffs. */
export function addRep(db: Db, { email, ...particulars }: NewRep): Promise<Rep> {
  const rep = { ...particulars, active: true, currentWeight: 0 };
  const address = email.trim().toLowerCase();
  return db.rep.upsert({
    where: { email: address },
    create: { ...rep, id: newId(), email: address },
    update: rep,
  });
}

/** The rep gets no more handoffs; those that they hold stay theirs. Throws VIV_NOT_FOUND. */
export async function deactivateRep(db: Db, email: string): Promise<void> {
  const address = email.trim().toLowerCase();
  const { count } = await db.rep.updateMany({ where: { email: address }, data: { active: false } });
  if (count === 0) throw failure('VIV_NOT_FOUND', { what: `A rep with the address ${address}` });
}

export interface RepInTurn {
  readonly id: string;
  readonly name: string;
}

/**
 * Takes the next rep of a team, under a lock on its reps: two offers at once choose one after the other. With no active rep the
 * team's manager takes it; null: there is no manager either.
 */
export async function takeNextRep(tx: Tx, team: string): Promise<RepInTurn | null> {
  const reps = await tx.$queryRaw<(RepInTurn & { weight: number; currentWeight: number })[]>`
    SELECT id, name, weight, current_weight AS "currentWeight" FROM rep
    WHERE team = ${team} AND active AND NOT is_manager AND weight > 0 ORDER BY id FOR UPDATE`;
  const chosen = chooseRep(reps);
  if (!chosen) return managerOf(tx, team);
  const ids = [...chosen.currentWeights.keys()];
  await tx.$executeRaw`
    UPDATE rep SET current_weight = w.weight
    FROM unnest(${ids}::uuid[], ${[...chosen.currentWeights.values()]}::int[]) AS w(id, weight) WHERE rep.id = w.id`;
  return reps.find(({ id }) => id === chosen.repId) ?? null;
}

/** The active manager of a team; null with none. */
export async function managerOf(tx: Tx, team: string): Promise<RepInTurn | null> {
  const [manager] = await tx.$queryRaw<RepInTurn[]>`
    SELECT id, name FROM rep WHERE team = ${team} AND active AND is_manager ORDER BY id LIMIT 1`;
  return manager ?? null;
}
