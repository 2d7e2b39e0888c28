import fc from 'fast-check';
import { isDueOn, MOST_DAYS_BACK } from '../../src/domain/entry/dates';
import { enterSchema, type Reenter } from '../../src/domain/entry/schema';
import type { Instant, Json } from '../../src/domain/ids';
import { reentry } from '../../src/domain/sequence/reentry';
import { transaction } from '../../src/store/db';
import { readFacts } from '../../src/store/facts';
import { mayEnter } from '../../src/store/may-enter';
import { contactsWhere } from '../../src/store/segments';
import { publish } from '../../src/store/sequences';
import { storyOf } from '../../src/store/story';
import { runSweep } from '../../src/store/sweep';
import type { TurnDeps } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { published } from '../support/journeys';
import { aLead, aPerson, type Person, writePeople } from '../support/people';
import { SALES } from '../support/sales';

const context = testDatabase(10);
const { halfLife } = SALES.rules.scoring;
const perDay = (count: number): TurnDeps => {
  const { lifecycle } = SALES.rules;
  return { rules: { ...SALES.rules, lifecycle: { ...lifecycle, sweep: { ...lifecycle.sweep, perDay: count } } } };
};
/** At three in the morning of `2026-01-05`, so many days later. */
const sweepAt = (days: number, deps: TurnDeps = SALES) =>
  runSweep(context.db, deps, { now: MONDAY - 6 * HOUR + days * DAY });
const enteredOn = async (days: number, deps?: TurnDeps) => (await sweepAt(days, deps)).entered;

const STEPS: readonly Json[] = [
  { id: 'pause', type: 'wait', for: '5d' },
  { id: 'done', type: 'end' },
];
const publishing = (parts: { readonly [key: string]: Json }) =>
  publish(context.db, {
    definition: { sequence: 'dated', title: 'Test', audience: 'lead', steps: STEPS, ...parts },
    source: '',
    now: MONDAY - DAY,
  });
const withDay = (day: Json, parts: Partial<Person> = {}) =>
  aPerson({ leads: [aLead()], attributes: { day }, ...parts });
const write = async (...people: readonly Person[]) =>
  (await writePeople(context.db, people)).map(({ contactId }) => contactId);
const enteredBy = async (sequence = 'dated') => {
  const rows = await context.db.journey.findMany({ where: { sequence }, orderBy: { contactId: 'asc' } });
  return rows.map(({ contactId }) => contactId);
};
const reasonsOf = async (contactId: string) => {
  const rows = await context.db.decision.findMany({ where: { contactId, kind: 'enter' }, orderBy: { seq: 'asc' } });
  return rows.map(({ outcome, reason }) => `${outcome}: ${reason}`);
};
const FIELD = 'contact.attributes.day';

beforeEach(async () => {
  await context.db.$executeRaw`
    TRUNCATE contact, lead, client, purchase, interaction, decision, journey, interest, waiting, date_sweep, sequence_version,
      score_entry, graphile_worker._private_jobs`;
});

describe('a date', () => {
  it('lets a contact in on its day, with the date as the origin, once', async () => {
    await publishing({ enter: { date: { field: FIELD } } });
    const [today = '', tomorrow = ''] = await write(
      withDay('2026-01-05'),
      withDay('2026-01-06'),
      withDay('2027-01-05'),
    );
    expect([await enteredOn(0), await enteredOn(0)]).toEqual([1, 0]);
    expect(await enteredBy()).toEqual([today]);
    expect(await reasonsOf(today)).toEqual([`dated entered: ${FIELD} is 2026-01-05; version 1`]);
    expect(await enteredOn(1)).toBe(1);
    expect(await enteredBy()).toEqual([today, tomorrow].sort());
  });

  it('lets in so many days before or after it, and each year', async () => {
    await publishing({ enter: { date: { field: FIELD, offset: '-3d' } } });
    await publishing({ sequence: 'yearly', enter: { date: { field: FIELD, every: 'year', offset: '+1w' } } });
    const [soon, past] = await write(withDay('2026-01-08'), withDay('1992-12-29'), withDay('2025-12-29'));
    expect(await enteredOn(0)).toBe(2);
    expect([await enteredBy(), await enteredBy('yearly')]).toEqual([[soon], [past]]);
  });

  // INV-DATE-ONCE
  it('never lets the same date in twice, even where everyone may always enter again', async () => {
    await publishing({ enter: { date: { field: FIELD, every: 'year' } }, reenter: 'always' });
    await write(withDay('1990-01-05'));
    expect(await enteredOn(0)).toBe(1);
    await context.db.journey.updateMany({ data: { status: 'ended' } });
    expect([await enteredOn(0), await enteredOn(1)]).toEqual([0, 0]);
    expect(await enteredOn(365)).toBe(1);
  });

  it('asks its condition, on the day', async () => {
    await publishing({ enter: { date: { field: FIELD, where: { fact: 'lead.grade', is: 'A' } } } });
    const [fits] = await write(withDay('2026-01-05', { leads: [aLead({ grade: 'A' })] }), withDay('2026-01-05'));
    await sweepAt(0);
    expect(await enteredBy()).toEqual([fits]);
  });

  it('may be a moment of the lead or the client, by the clocks of the contact', async () => {
    await publishing({ enter: { date: { field: 'lead.createdAt', offset: '14d' } } });
    await publishing({
      sequence: 'client',
      audience: 'client',
      enter: { date: { field: 'client.lastPurchaseAt', every: 'year' } },
    });
    const at = Date.UTC(2025, 11, 22, 1); // the 21st in São Paulo, the 22nd in Tokyo
    const client = { status: 'active', firstPurchaseAt: 0, purchases: 1, revenue: 1 } as const;
    const [, tokyo, buyer] = await write(
      aPerson({ leads: [aLead({ createdAt: at })] }),
      aPerson({ leads: [aLead({ createdAt: at })], timeZone: 'Asia/Tokyo' }),
      aPerson({ client: { ...client, lastPurchaseAt: Date.UTC(2025, 0, 5, 15) } }),
    );
    await sweepAt(0);
    expect([await enteredBy(), await enteredBy('client')]).toEqual([[tokyo], [buyer]]);
  });

  it('of a day that no sweep has seen is made up for, a week at most', async () => {
    await publishing({ enter: { date: { field: FIELD } } });
    await sweepAt(0);
    const days = Array.from({ length: 10 }, (_, index) => `2026-01-${String(6 + index).padStart(2, '0')}`);
    const ids = await write(...days.map((day) => withDay(day)));
    expect(await enteredOn(10)).toBe(MOST_DAYS_BACK);
    expect(await enteredBy()).toEqual(ids.slice(-MOST_DAYS_BACK).sort());
    expect(await enteredOn(10)).toBe(0);
  });

  it('of more than a week ago that the pace left no room for is missed: a decision says so, once', async () => {
    await publishing({ enter: { date: { field: FIELD }, perDay: 1 } });
    const ids = await write(...Array.from({ length: 10 }, () => withDay('2026-01-05')), withDay('2026-01-06'));
    const swept: (readonly [entered: number, missed: number])[] = [];
    for (let day = 0; day < 9; day += 1) {
      const { entered, missed } = await sweepAt(day);
      swept.push([entered, missed]);
    }
    expect(swept).toEqual([...Array.from({ length: 7 }, () => [1, 0]), [1, 3], [0, 0]]);
    const left = (await Promise.all(ids.map((id) => reasonsOf(id)))).flat().filter((told) => told.includes('missed'));
    expect(left).toEqual(
      Array.from(
        { length: 3 },
        () => `dated missed: ${FIELD} is 2026-01-05; the pace of 1 a day left no room within a week of its day`,
      ),
    );
    await context.db.$executeRaw`UPDATE date_sweep SET through = '2026-01-04'`; // a sweep that was broken off
    expect(await sweepAt(8)).toMatchObject({ entered: 0, missed: 0 });
  });

  it('of more than a week ago that no sweep has seen is missed, and the decision says that', async () => {
    await publishing({ enter: { date: { field: FIELD } } });
    await sweepAt(0);
    const [gone = '', other = '', ended = ''] = await write(
      withDay('2026-01-06'),
      withDay('2026-02-20'),
      withDay('2026-01-07'),
    );
    await context.db.contact.delete({ where: { id: ended } });
    expect(await sweepAt(20)).toMatchObject({ entered: 0, missed: 1 });
    expect(await reasonsOf(gone)).toEqual([
      `dated missed: ${FIELD} is 2026-01-06; no sweep has come so far within a week of its day`,
    ]);
    expect(await reasonsOf(other)).toEqual([]);
    const { entries } = await storyOf(context.db, { id: gone });
    expect(entries.map(({ what }) => what)).toEqual(['enters: dated missed']);
  });

  it('of more than a week ago is not missed by who could not have entered', async () => {
    await publishing({ enter: { date: { field: FIELD, where: { fact: 'lead.grade', is: 'A' } } } });
    await sweepAt(0);
    await write(withDay('2026-01-06', { leads: [] }), withDay('2026-01-06'), withDay('2026-01-06T99'));
    expect(await sweepAt(20)).toMatchObject({ entered: 0, missed: 0 });
  });

  it('of before the sequence was published is not', async () => {
    await publishing({ enter: { date: { field: FIELD } } });
    await write(withDay('2026-01-04'), withDay('2026-01-03'));
    expect(await enteredOn(0)).toBe(0);
  });

  it('is paced, and those who are left come on the next days, by their own date', async () => {
    await publishing({ enter: { date: { field: FIELD }, perDay: 2 } });
    await write(...Array.from({ length: 5 }, () => withDay('2026-01-05')), withDay('2026-01-06'));
    const counts: number[] = [];
    for (const day of [0, 0, 1, 2, 3]) counts.push(await enteredOn(day));
    expect(counts).toEqual([2, 0, 2, 2, 0]);
  });

  it('lets in exactly those who are due, whatever stands in their attributes', async () => {
    const values: fc.Arbitrary<Json> = fc.oneof(
      fc
        .integer({ min: -3, max: 3 })
        .map((days) => new Date(Date.UTC(2026, 0, 5) + days * DAY).toISOString().slice(0, 10)),
      fc
        .tuple(fc.integer({ min: -60, max: 60 }), fc.constantFrom('Z', '+13:00', '-10:00'))
        .map(([hours, zone]) => `${new Date(Date.UTC(2026, 0, 5) + hours * HOUR).toISOString().slice(0, 19)}${zone}`),
      fc.constantFrom<Json>('2026-02-30', '2026-01-05T', 'tomorrow', '', 5, true, null, ['2026-01-05'], '2024-02-29'),
      fc.constantFrom('1996-02-29', '1990-01-05', '1990-01-08'),
    );
    const people = fc.array(
      fc.record({ day: values, timeZone: fc.constantFrom('America/Sao_Paulo', 'Asia/Tokyo', 'Pacific/Kiritimati') }),
      { minLength: 1, maxLength: 12 },
    );
    const rules = fc.record({ every: fc.constantFrom(undefined, 'year'), offset: fc.constantFrom('0d', '-3d', '2d') });
    const days = fc.constantFrom(0, 54); // 28 February
    await fc.assert(
      fc.asyncProperty(people, rules, days, async (all, rule, day) => {
        await context.db.$executeRaw`TRUNCATE contact, lead, journey, decision, date_sweep, sequence_version`;
        const date = JSON.parse(JSON.stringify({ field: FIELD, ...rule }));
        await publishing({ enter: { date } });
        const ids = await write(...all.map(({ day: value, timeZone }) => withDay(value, { timeZone })));
        await sweepAt(day);
        const entry = enterSchema.parse({ date }).date;
        const now = MONDAY + day * DAY;
        const today = new Date(now).toISOString().slice(0, 10);
        const due: string[] = [];
        for (const contactId of ids) {
          const facts = await transaction(context.db, (tx) =>
            readFacts(tx, { contactId, leadId: null, now, halfLife }),
          );
          if (entry && isDueOn(entry, facts, today)) due.push(contactId);
        }
        expect(await enteredBy()).toEqual(due.sort());
      }),
      { numRuns: 40 },
    );
  });
});

test('earlier journeys keep out in SQL whom they keep out in TypeScript', async () => {
  const rules: fc.Arbitrary<Reenter> = fc.constantFrom<Reenter>(
    'never',
    'always',
    'newLead',
    { after: 10 * DAY },
    {
      perKey: 'orderId',
    },
  );
  const past = fc.array(
    fc.record({
      status: fc.constantFrom('running', 'ended', 'waiting'),
      days: fc.constantFrom(0, 9, 10, 11, 30),
      lead: fc.constantFrom(0, 1),
    }),
    { maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(rules, past, async (reenter, earlier) => {
      await context.db.$executeRaw`TRUNCATE contact, lead, journey, waiting`;
      const definition = typeof reenter === 'string' ? reenter : 'after' in reenter ? { after: '10d' } : reenter;
      const version = await published(context.db, {
        steps: [...STEPS].map(Object),
        reenter: definition,
        enter: { on: 'x' },
      });
      const leads = [aLead({ offer: 'newest', createdAt: 1 }), aLead()];
      const [who] = await writePeople(context.db, [aPerson({ leads })]);
      const { contactId = '', leadIds = [] } = who ?? {};
      const rows = earlier.map(({ status, days, lead }, index) => ({
        id: `0193b6a0-0000-7000-8000-${contactId.slice(-10)}${String(index).padStart(2, '0')}`,
        at: new Date(MONDAY - days * DAY),
        leadId: leadIds[lead] ?? null,
        status,
      }));
      for (const { id, at, leadId, status } of rows)
        if (status === 'waiting')
          await context.db.waiting.create({
            data: { id, contactId, leadId, sequence: version.sequence, group: 'g', priority: 0, entry: {}, since: at },
          });
        else
          await context.db.journey.create({
            data: {
              id,
              contactId,
              leadId,
              sequence: version.sequence,
              versionId: version.id,
              status,
              lastTurn: {},
              enteredAt: at,
            },
          });
      const found = await transaction(context.db, (tx) =>
        contactsWhere(tx, {
          condition: { fact: 'contact.email', exists: true },
          now: MONDAY,
          halfLife,
          limit: 9,
          after: null,
          and: mayEnter(version, MONDAY),
        }),
      );
      const journeys = rows.map(({ id, at, leadId, status }) => ({
        id,
        leadId,
        running: status === 'running',
        waits: status === 'waiting',
        enteredAt: at.getTime(),
        entryKey: null,
      }));
      const entering = { leadId: leadIds[0] ?? null, key: undefined, now: MONDAY };
      const bars = reentry(version.definition.reenter, journeys, entering) !== undefined;
      expect(found.some((one) => one.contactId === contactId)).toBe(!bars);
    }),
    { numRuns: 80 },
  );
});

describe('a segment', () => {
  const WHEN = { fact: 'lead.grade', is: 'A' };
  const fitting = () => aPerson({ leads: [aLead({ grade: 'A' })] });

  it('has a pace of its own where the sequence says so', async () => {
    await publishing({ enter: { when: WHEN, perDay: 2 } });
    await publishing({ sequence: 'paced', enter: { when: WHEN } });
    await write(...Array.from({ length: 5 }, fitting));
    const of = async (day: Instant) => {
      await sweepAt(day, perDay(4));
      return [(await enteredBy()).length, (await enteredBy('paced')).length];
    };
    expect([await of(0), await of(1), await of(2)]).toEqual([
      [2, 4],
      [4, 5],
      [5, 5],
    ]);
  });

  it('lets those wait whose group is busy, once, and leaves those out who would give way', async () => {
    await publishing({ sequence: 'first', enter: { when: WHEN, perDay: 9 }, exclusive: { group: 'offers' } });
    await publishing({ sequence: 'second', enter: { when: WHEN }, exclusive: { group: 'offers' } });
    await publishing({ sequence: 'third', enter: { when: WHEN }, exclusive: { group: 'offers', whenBusy: 'drop' } });
    const [id = ''] = await write(fitting());
    expect([await enteredOn(0), await enteredOn(1)]).toEqual([1, 0]);
    expect(await reasonsOf(id)).toEqual([
      'first entered: sweep of 2026-01-05; version 1',
      'second waits: sweep of 2026-01-05; waits for first, which is under way in the group offers',
    ]);
    await context.db.journey.updateMany({ data: { status: 'ended' } });
    expect(await enteredOn(2)).toBe(0); // nothing is under way: the group goes on with the one who waits
    expect(await enteredBy('second')).toEqual([id]);
  });
});

describe('clients who become quiet all at once', () => {
  const quiet = () =>
    aPerson({
      client: { status: 'active', firstPurchaseAt: 0, lastPurchaseAt: MONDAY - 200 * DAY, purchases: 1, revenue: 1 },
    });
  const REACTIVATION = { sequence: 'back', audience: 'client', enter: { on: 'client.inactive', perDay: 2 } };

  it('enter by the event at the pace of the day, the others on the next days, the oldest first', async () => {
    await publishing(REACTIVATION);
    await write(...Array.from({ length: 5 }, quiet));
    const first = await sweepAt(0);
    expect(first).toMatchObject({ inactive: 5 });
    expect(await enteredBy('back')).toHaveLength(2);
    const { since } = await context.db.waiting.findFirstOrThrow();
    expect(since).toEqual(new Date(MONDAY - 6 * HOUR));
    await write(quiet());
    expect([await enteredOn(1), await enteredOn(2), await enteredOn(3)]).toEqual([2, 2, 0]);
    expect(await context.db.waiting.count()).toBe(0);
    expect(await enteredBy('back')).toHaveLength(6);
  });

  it('do not enter if they have bought meanwhile', async () => {
    await publishing(REACTIVATION);
    await write(...Array.from({ length: 3 }, quiet));
    await sweepAt(0);
    const { contactId } = await context.db.waiting.findFirstOrThrow();
    await context.db.client.update({
      where: { contactId },
      data: { status: 'active', lastPurchaseAt: new Date(MONDAY) },
    });
    expect(await enteredOn(1)).toBe(0);
    expect((await reasonsOf(contactId)).at(-1)).toBe('back refused: is no longer so: client.inactive');
    expect(await context.db.waiting.count()).toBe(0);
  });
});
