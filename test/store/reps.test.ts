import { routingSchema } from '../../src/domain/handoff/rules';
import { type Db, transaction } from '../../src/store/db';
import { addRep, deactivateRep, listReps, syncReps, takeNextRep } from '../../src/store/reps';
import { testDatabase } from '../support/database';
import { ROUTING } from '../support/routing';

const context = testDatabase();
beforeEach(() => context.db.rep.deleteMany());

const names = async (db: Db) =>
  (await listReps(db)).map(
    ({ name, team, active, isManager }) => `${name} ${team}${isManager ? ' manager' : ''}${active ? '' : ' inactive'}`,
  );
const choose = (team: string) => transaction(context.db, async (tx) => (await takeNextRep(tx, team))?.name ?? null);
const salesOf = (...reps: readonly string[]) =>
  routingSchema.parse({
    teams: {
      sales: {
        reps: reps.map((name) => ({ name, email: `${name.toLowerCase()}@example.test` })),
        manager: { name: 'Marta', email: 'marta@example.test' },
      },
    },
    otherwise: 'sales',
  });

describe('syncReps', () => {
  it('makes reps and managers of the rules stand, the same for a second time', async () => {
    await syncReps(context.db, ROUTING);
    const first = await listReps(context.db);
    await syncReps(context.db, ROUTING);
    expect(await listReps(context.db)).toEqual(first);
    expect(await names(context.db)).toEqual([
      'Hugo hunters',
      'Helena hunters manager',
      'Rita sales',
      'Rui sales',
      'Marta sales manager',
    ]);
  });

  it('retires those gone from the rules, and takes them back when they return', async () => {
    await syncReps(context.db, salesOf('Rita', 'Rui'));
    await syncReps(context.db, salesOf('Rita'));
    expect(await names(context.db)).toEqual(['Rita sales', 'Rui sales inactive', 'Marta sales manager']);
    await syncReps(context.db, salesOf('Rita', 'Rui'));
    expect(await names(context.db)).toEqual(['Rita sales', 'Rui sales', 'Marta sales manager']);
  });

  it('brings nobody back who was deactivated by hand, and retires nobody who was added by hand', async () => {
    const { db } = context;
    await syncReps(db, salesOf('Rita'));
    await deactivateRep(db, 'RITA@example.test');
    await addRep(db, { name: 'Olga', email: 'Olga@Example.test', team: 'sales', weight: 3, isManager: false });
    await syncReps(db, salesOf('Rita'));
    expect(await names(db)).toEqual(['Olga sales', 'Rita sales inactive', 'Marta sales manager']);
  });
});

describe('a team', () => {
  it('takes turns by weight', async () => {
    await syncReps(context.db, ROUTING);
    const chosen: (string | null)[] = [];
    for (let n = 0; n < 6; n += 1) chosen.push(await choose('sales'));
    expect(chosen.filter((name) => name === 'Rita')).toHaveLength(4);
    expect(chosen.slice(0, 3)).toEqual(chosen.slice(3));
  });

  it('keeps the shares exact when many choose at once', async () => {
    await syncReps(context.db, ROUTING);
    const chosen = await Promise.all(Array.from({ length: 15 }, () => choose('sales')));
    expect(chosen.filter((name) => name === 'Rita')).toHaveLength(10);
  });

  it('falls back to its manager, and then to nobody', async () => {
    await syncReps(context.db, ROUTING);
    await deactivateRep(context.db, 'hugo@example.test');
    expect(await choose('hunters')).toBe('Helena');
    await deactivateRep(context.db, 'helena@example.test');
    expect(await choose('hunters')).toBeNull();
  });
});

it('says so when there is no rep to deactivate', async () => {
  await expect(deactivateRep(context.db, 'no@example.test')).rejects.toMatchObject({ code: 'VIV_NOT_FOUND' });
});
