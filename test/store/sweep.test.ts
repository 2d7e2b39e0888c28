import fc from 'fast-check';
import { statusAt } from '../../src/domain/client/status';
import type { ClientStatus } from '../../src/domain/facts';
import { type Instant, type Json, newId } from '../../src/domain/ids';
import { applyPurchase } from '../../src/store/clients';
import { lockContact, transaction } from '../../src/store/db';
import { enrol } from '../../src/store/enrol';
import { findNewest, publish } from '../../src/store/sequences';
import { runSweep, type Swept } from '../../src/store/sweep';
import { sweepStatuses } from '../../src/store/sweep-statuses';
import type { Reactions, TurnDeps } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { counted } from '../support/counted';
import { testDatabase } from '../support/database';
import { aLead, aPerson, type Person, writePeople } from '../support/people';
import { SALES } from '../support/sales';
import { scoringRules } from '../support/scoring';

const context = testDatabase(10);
const NOTHING: Swept = { preInactive: 0, inactive: 0, active: 0, cooled: 0, decided: 0, entered: 0, missed: 0 };

const sweep = (now: Instant = MONDAY, deps: TurnDeps = SALES) => runSweep(context.db, deps, { now });
const perDay = (count: number): TurnDeps => {
  const { lifecycle } = SALES.rules;
  return { rules: { ...SALES.rules, lifecycle: { ...lifecycle, sweep: { ...lifecycle.sweep, perDay: count } } } };
};
const scoring = (parts: object): TurnDeps => ({ rules: { ...SALES.rules, scoring: scoringRules(parts) } });

const quietFor = (days: number, status: ClientStatus = 'active', parts: Partial<Person> = {}) =>
  aPerson({
    client: { status, firstPurchaseAt: 0, lastPurchaseAt: MONDAY - days * DAY, purchases: 1, revenue: 10 },
    ...parts,
  });
const write = async (...people: readonly Person[]) =>
  (await writePeople(context.db, people)).map(({ contactId }) => contactId);

const DONE: Json = { id: 'done', type: 'end' };
const STEPS: readonly Json[] = [{ id: 'pause', type: 'wait', for: '5d' }, DONE];
const REACTIVATION: { readonly [key: string]: Json } = {
  sequence: 'reactivation',
  title: 'Back',
  audience: 'client',
  enter: { when: { fact: 'client.status', is: 'inactive' } },
  steps: STEPS,
};
const publishing = (definition: { readonly [key: string]: Json }) =>
  publish(context.db, { definition, source: '', now: MONDAY - DAY });

const statusesOf = async (ids: readonly string[]) => {
  const rows = await context.db.client.findMany({ where: { contactId: { in: [...ids] } } });
  return ids.map((id) => rows.find(({ contactId }) => contactId === id)?.status);
};
const interactionsOf = async (contactId: string) => {
  const rows = await context.db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  return rows.map(({ type, at, properties }) => [type, at.getTime(), properties]);
};
const decisionsOf = async (contactId: string) => {
  const rows = await context.db.decision.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  return rows.map(({ kind, outcome, reason }) => [kind, outcome, reason]);
};
const enteredBy = async (sequence: string) => {
  const rows = await context.db.journey.findMany({ where: { sequence }, orderBy: { contactId: 'asc' } });
  return rows.map(({ contactId }) => contactId);
};
const jobs = async (task: string) => {
  const [row] = await context.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM graphile_worker.jobs WHERE task_identifier = ${task}`;
  return row?.count;
};
/** Resolves once some statement waits for a lock. */
async function blocked(): Promise<void> {
  for (;;) {
    const waiting = await context.db.$queryRaw<unknown[]>`
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    if (waiting.length > 0) return;
  }
}

beforeEach(async () => {
  await context.db.$executeRaw`
    TRUNCATE contact, lead, client, purchase, interaction, decision, journey, interest, sequence_version, score_entry,
      graphile_worker._private_jobs`;
});

describe('the status of clients', () => {
  it('follows their recency, told by interaction and decision, once', async () => {
    const ids = await write(
      quietFor(59),
      quietFor(60),
      quietFor(120),
      quietFor(130, 'pre_inactive'),
      quietFor(500, 'ended'),
    );
    expect(await sweep()).toEqual({ ...NOTHING, preInactive: 1, inactive: 2 });
    expect(await statusesOf(ids)).toEqual(['active', 'pre_inactive', 'inactive', 'inactive', 'ended']);
    const told = await Promise.all(ids.map(interactionsOf));
    expect(told).toEqual([
      [],
      [['client.pre_inactive', MONDAY, { daysSincePurchase: 60 }]],
      [['client.inactive', MONDAY, { daysSincePurchase: 120 }]],
      [['client.inactive', MONDAY, { daysSincePurchase: 130 }]],
      [],
    ]);
    expect(await decisionsOf(ids[3] ?? '')).toEqual([['client', 'inactive', '130 days since the last purchase']]);
    const client = await context.db.client.findUniqueOrThrow({ where: { contactId: ids[2] } });
    expect(client.statusAt).toEqual(new Date(MONDAY));

    expect(await sweep(MONDAY + HOUR)).toEqual(NOTHING);
    expect(await Promise.all(ids.map(interactionsOf))).toEqual(told);
  });

  it('goes back to active when the rules allow more time, with a decision alone', async () => {
    const [id = ''] = await write(quietFor(50, 'inactive'));
    expect(await sweep()).toEqual({ ...NOTHING, active: 1 });
    expect(await interactionsOf(id)).toEqual([]);
    expect(await decisionsOf(id)).toEqual([['client', 'active', '50 days since the last purchase']]);
  });

  it('is the same as in TypeScript', async () => {
    const people = fc.array(
      fc.record({
        status: fc.constantFrom<ClientStatus>('active', 'pre_inactive', 'inactive', 'ended'),
        lastPurchaseAt: fc.option(
          fc.oneof(
            fc.integer({ min: MONDAY - 200 * DAY, max: MONDAY + DAY }),
            fc.constantFrom(60 * DAY, 60 * DAY - 1, 120 * DAY, 120 * DAY - 1).map((age) => MONDAY - age),
          ),
        ),
      }),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(people, async (clients) => {
        const common = { firstPurchaseAt: 0, purchases: 1, revenue: 1 };
        const ids = await write(...clients.map((client) => aPerson({ client: { ...client, ...common } })));
        await sweep();
        expect(await statusesOf(ids)).toEqual(clients.map((client) => statusAt(SALES.rules.lifecycle, client, MONDAY)));
      }),
      { numRuns: 40 },
    );
  });

  it('is changed for every page of many clients', async () => {
    await write(...Array.from({ length: 1_100 }, () => quietFor(61)));
    expect(await sweep()).toEqual({ ...NOTHING, preInactive: 1_100 });
    expect(await context.db.interaction.count({ where: { type: 'client.pre_inactive' } })).toBe(1_100);
    expect(await sweep()).toEqual(NOTHING);
  });

  it('costs the same few statements for one client as for many', async () => {
    const costOf = (count: number) =>
      transaction(context.db, async (real) => {
        await write(...Array.from({ length: count }, () => quietFor(130)));
        const { tx, statements } = counted(real);
        const { moved } = await sweepStatuses(tx, SALES, { now: MONDAY, after: null, limit: 500 });
        return [moved.length, statements()];
      });
    expect([await costOf(1), await costOf(300)]).toEqual([
      [1, 5],
      [300, 5],
    ]);
  });

  it('stays active for a client whose purchase comes while the sweep is on its way', async () => {
    const [id = ''] = await write(quietFor(130));
    const { swept } = await transaction(context.db, async (tx) => {
      await lockContact(tx, id);
      const purchase = { contactId: id, reference: newId(), amount: 1, isReturn: false, at: MONDAY - 1 };
      await applyPurchase(tx, SALES.rules.lifecycle, purchase);
      const running = sweep();
      await blocked();
      return { swept: running };
    });
    expect(await swept).toEqual(NOTHING);
    expect(await interactionsOf(id)).toEqual([]);
  });

  // INV-SWEEP-ONCE
  it('is told once, and entries follow once, when sweeps race', async () => {
    await publishing({ ...REACTIVATION, enter: { on: 'client.inactive' } });
    await publishing({ ...REACTIVATION, sequence: 'segment' });
    const ids = await write(...Array.from({ length: 12 }, () => quietFor(130)));
    const swept = await Promise.all([sweep(), sweep(), sweep()]);
    expect(swept.reduce((sum, { inactive }) => sum + inactive, 0)).toBe(12);
    expect(await context.db.interaction.count()).toBe(12);
    expect(await enteredBy('reactivation')).toEqual([...ids].sort());
    expect(await enteredBy('segment')).toEqual([...ids].sort());
  });
});

describe('whoever waits for a client to become quiet', () => {
  it('is entered by the event, in the transaction that changes the status', async () => {
    await publishing({ ...REACTIVATION, enter: { on: 'client.inactive' } });
    const [before, after] = await write(quietFor(119), quietFor(120));
    expect(await sweep()).toEqual({ ...NOTHING, preInactive: 1, inactive: 1 });
    expect(await enteredBy('reactivation')).toEqual([after]);
    expect(await decisionsOf(after ?? '')).toContainEqual([
      'enter',
      'reactivation entered',
      'event client.inactive; version 1',
    ]);
    expect(await jobs('start_journey')).toBe(1);
    expect(await sweep(MONDAY + 2 * DAY)).toEqual({ ...NOTHING, inactive: 1 });
    expect(await enteredBy('reactivation')).toEqual([before, after].sort());
  });

  it('is woken when it is a journey that waits for it, and nobody else is', async () => {
    const steps = [
      { id: 'slips', type: 'waitFor', event: 'client.inactive', timeout: '99d', onEvent: 'done', onTimeout: 'done' },
      DONE,
    ];
    await publishing({ ...REACTIVATION, sequence: 'watch', enter: {}, steps });
    const [waiting = ''] = await write(quietFor(120, 'pre_inactive'), quietFor(120, 'pre_inactive'));
    await transaction(context.db, async (tx) => {
      const version = await findNewest(tx, 'watch');
      await enrol(tx, SALES, {
        contactId: waiting,
        leadId: null,
        version,
        now: MONDAY - DAY,
        origin: 'by hand',
        cause: 'test',
      });
    });
    await sweep();
    expect(await jobs('poke')).toBe(1);
  });

  it('gives interest when a rule says so', async () => {
    const deps = scoring({ interest: [{ name: 'slips', on: 'client.pre_inactive', points: 25 }] });
    const [id = ''] = await write(quietFor(60, 'active', { leads: [aLead({ interestAt: MONDAY })] }));
    expect(await sweep(MONDAY, deps)).toEqual({ ...NOTHING, preInactive: 1 });
    expect(await decisionsOf(id)).toContainEqual(['score', 'warm', 'score 25 is at least 20']);
  });
});

describe('entries by a condition', () => {
  beforeEach(() => publishing(REACTIVATION));

  it('enter everyone for whom it holds, with the day as their origin', async () => {
    const [quiet = '', alsoQuiet = ''] = await write(quietFor(200, 'inactive'), quietFor(130), quietFor(80), aPerson());
    expect(await sweep()).toEqual({ ...NOTHING, preInactive: 1, inactive: 1, entered: 2 });
    expect(await enteredBy('reactivation')).toEqual([quiet, alsoQuiet].sort());
    const reason = 'sweep of 2026-01-05; version 1';
    expect(await decisionsOf(quiet)).toContainEqual(['enter', 'reactivation entered', reason]);
    expect(await sweep(MONDAY + HOUR)).toEqual(NOTHING);
  });

  it('are paced: so many a day, however often the day is swept', async () => {
    await write(...Array.from({ length: 7 }, () => quietFor(200, 'inactive')));
    const entered = async (now: Instant) => (await sweep(now, perDay(3))).entered;
    expect([await entered(MONDAY), await entered(MONDAY), await entered(MONDAY + HOUR)]).toEqual([3, 0, 0]);
    expect([await entered(MONDAY + DAY), await entered(MONDAY + 2 * DAY)]).toEqual([3, 1]);
    expect(new Set(await enteredBy('reactivation')).size).toBe(7);
  });

  it('go on from page to page', async () => {
    await write(...Array.from({ length: 203 }, () => quietFor(200, 'inactive')));
    expect((await sweep(MONDAY, perDay(1_000))).entered).toBe(203);
    expect(new Set(await enteredBy('reactivation')).size).toBe(203);
  });

  it('go on where a broken sweep stopped, within the pace of the day', async () => {
    await write(...Array.from({ length: 6 }, () => quietFor(200, 'inactive')));
    const breaking = new AbortController();
    let turns = 0;
    const reactions: Reactions = {
      afterMail: async () => undefined,
      afterOffer: async () => undefined,
      afterTask: async () => undefined,
      answerOf: () => ({ status: 200, body: {} }),
      // the first turn of each entry asks for this
      nextAt: async () => {
        turns += 1;
        if (turns === 2) breaking.abort();
        return null;
      },
    };
    const broken = runSweep(context.db, { ...perDay(4), reactions }, { now: MONDAY, signal: breaking.signal });
    await expect(broken).rejects.toThrow('aborted');
    expect(await enteredBy('reactivation')).toHaveLength(2);
    expect((await sweep(MONDAY, perDay(4))).entered).toBe(2);
  });

  it('do not count those who entered by another way', async () => {
    const [byHand = ''] = await write(...Array.from({ length: 4 }, () => quietFor(200, 'inactive')));
    await transaction(context.db, async (tx) => {
      const version = await findNewest(tx, 'reactivation');
      await enrol(tx, SALES, {
        contactId: byHand,
        leadId: null,
        version,
        now: MONDAY,
        origin: 'by hand',
        cause: 'test',
      });
    });
    expect((await sweep(MONDAY, perDay(2))).entered).toBe(2);
  });

  it('follow the newest version alone', async () => {
    await publishing({ ...REACTIVATION, enter: { when: { fact: 'client.purchases', atLeast: 5 } } });
    await write(quietFor(200, 'inactive'));
    expect(await sweep()).toEqual(NOTHING);
  });

  it('pass over a client who has bought between the page and the entry', async () => {
    const [id = ''] = await write(quietFor(130, 'inactive'));
    const { swept } = await transaction(context.db, async (tx) => {
      await lockContact(tx, id);
      const purchase = { contactId: id, reference: newId(), amount: 1, isReturn: false, at: MONDAY - 1 };
      await applyPurchase(tx, SALES.rules.lifecycle, purchase);
      const running = sweep();
      await blocked();
      return { swept: running };
    });
    expect(await swept).toEqual(NOTHING);
    expect(await decisionsOf(id)).toMatchObject([['client', 'active', expect.any(String)]]);
  });

  it('ask a condition about the newest lead for a sequence for leads', async () => {
    const when = { fact: 'lead.grade', in: ['A', 'D'] };
    await publishing({ ...REACTIVATION, sequence: 'leads', audience: 'lead', enter: { when } });
    const leads = [aLead({ grade: 'A' }), aLead({ offer: 'newer', createdAt: 1, grade: 'B' })];
    const [, entering = ''] = await write(aPerson({ leads }), aPerson({ leads: [aLead()] }), aPerson());
    expect(await sweep()).toEqual({ ...NOTHING, entered: 1 });
    expect(await enteredBy('leads')).toEqual([entering]);
    expect(await context.db.lead.findMany({ where: { contactId: entering } })).toMatchObject([{ stage: 'nurturing' }]);
  });
});

describe('entering again', () => {
  const days = [0, 1, 29, 30, 31];
  it.each([
    ['never', 'never', [1, 0, 0, 0, 0]],
    ['after 30 days', { after: '30d' }, [1, 0, 0, 1, 0]],
    ['always', 'always', [1, 1, 1, 1, 1]],
  ] as const)('is allowed %s, once a journey has ended', async (_name, reenter, entered) => {
    await publishing({ ...REACTIVATION, reenter });
    await write(quietFor(200, 'inactive'));
    const counts: number[] = [];
    for (const day of days) {
      counts.push((await sweep(MONDAY + day * DAY)).entered);
      expect((await sweep(MONDAY + day * DAY)).entered).toBe(0);
      await context.db.journey.updateMany({ data: { status: 'ended' } });
      expect((await sweep(MONDAY + day * DAY)).entered).toBe(0); // one cause enters once
    }
    expect(counts).toEqual(entered);
  });

  it('is never allowed beside a running journey', async () => {
    await publishing({ ...REACTIVATION, reenter: 'always' });
    const [id = ''] = await write(quietFor(200, 'inactive'));
    for (const day of days) await sweep(MONDAY + day * DAY);
    expect(await enteredBy('reactivation')).toEqual([id]);
    expect((await decisionsOf(id)).filter(([kind]) => kind === 'enter')).toHaveLength(1);
  });
});

describe('the temperature of leads', () => {
  it('follows interest that fades, with a decision, once', async () => {
    const interested = { interest: 50, interestAt: MONDAY - 10 * DAY, temperature: 'hot' as const };
    const [cooling = ''] = await write(
      aPerson({ leads: [aLead(interested)] }),
      aPerson({ leads: [aLead({ ...interested, interestAt: MONDAY })] }),
      aPerson({ leads: [aLead({ ...interested, stage: 'won' })] }),
    );
    expect(await sweep(MONDAY, scoring({}))).toEqual({ ...NOTHING, cooled: 1 });
    expect(await decisionsOf(cooling)).toEqual([['score', 'warm', 'score 25 is at least 20, as interest fades']]);
    expect(await sweep(MONDAY, scoring({}))).toEqual(NOTHING);
    expect(await sweep(MONDAY + 10 * DAY, scoring({}))).toEqual({ ...NOTHING, cooled: 2 });
    expect((await decisionsOf(cooling)).at(-1)).toEqual(['score', 'cold', 'score 12.5 is below 20, as interest fades']);
  });

  it('is changed for every page of many leads', async () => {
    const lead = aLead({ temperature: 'warm', interest: 1 });
    await write(...Array.from({ length: 1_001 }, () => aPerson({ leads: [lead] })));
    expect(await sweep()).toEqual({ ...NOTHING, cooled: 1_001 });
  });
});
