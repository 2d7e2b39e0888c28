import { conditionSchema } from '../../src/domain/conditions';
import { transaction } from '../../src/store/db';
import { contactsWhere, countMembers, membersOf } from '../../src/store/segments';
import { waysIn } from '../../src/store/ways-in';
import { DAY, HALF_LIFE } from '../support/conditions';
import { testDatabase } from '../support/database';
import { aLead, aPerson, writePeople } from '../support/people';

const context = testDatabase();
const NOW = Date.UTC(2026, 0, 5, 12);

const page = (input: unknown, { limit, after }: { readonly limit: number; readonly after: string | null }) =>
  contactsWhere(context.db, { condition: conditionSchema.parse(input), now: NOW, halfLife: HALF_LIFE, limit, after });

const client = (lastPurchaseAt: number) => ({
  status: 'active' as const,
  firstPurchaseAt: 0,
  lastPurchaseAt,
  purchases: 1,
  revenue: 10,
});

test('pages give every contact of the segment once, by id, with its newest lead', async () => {
  const quiet = Array.from({ length: 5 }, () =>
    aPerson({ client: client(NOW - 91 * DAY), leads: [aLead(), aLead({ offer: 'b', createdAt: 1 })] }),
  );
  const others = [
    aPerson({ client: client(NOW - 89 * DAY) }),
    aPerson({ leads: [aLead()] }),
    aPerson({ client: client(NOW - 91 * DAY) }),
  ];
  const written = await writePeople(context.db, [...quiet, ...others]);
  const input = { fact: 'client.lastPurchaseAt', before: '90d ago' };
  const first = await page(input, { limit: 4, after: null });
  const second = await page(input, { limit: 4, after: first[3]?.contactId ?? null });
  const third = await page(input, { limit: 4, after: second[1]?.contactId ?? null });
  const expected = [...written.slice(0, 5), ...written.slice(7)].map(({ contactId, leadIds }) => ({
    contactId,
    leadId: leadIds[1] ?? null,
  }));
  expect([first.length, second.length, third.length]).toEqual([4, 2, 0]);
  expect([...first, ...second]).toEqual(expected.sort((a, b) => (a.contactId < b.contactId ? -1 : 1)));
});

test('the condition is asked about the newest lead alone', async () => {
  const leads = [aLead({ grade: 'A' }), aLead({ offer: 'b', createdAt: 1, grade: 'B' })];
  await writePeople(context.db, [aPerson({ leads })]);
  const grade = (is: string) => page({ fact: 'lead.grade', is }, { limit: 10, after: null });
  expect([(await grade('A')).length, (await grade('B')).length]).toEqual([0, 1]);
});

test('values are parameters: SQL inside a text stays text', async () => {
  const text = `x'); DROP TABLE contact; --`;
  const [written] = await writePeople(context.db, [aPerson({ attributes: { note: text } })]);
  const found = await page({ fact: 'contact.attributes.note', is: text }, { limit: 10, after: null });
  expect(found).toEqual([{ contactId: written?.contactId, leadId: null }]);
});

const members = (input: unknown) => {
  const asked = { condition: conditionSchema.parse(input), now: NOW, halfLife: HALF_LIFE };
  return transaction(context.db, async (tx) => ({
    ids: await membersOf(tx, asked),
    count: await countMembers(tx, asked),
  }));
};

test('a `where` looks at the newest thousand events of each contact, asked one by one or all at once', async () => {
  await context.db.$executeRaw`TRUNCATE contact, lead, client, interaction`;
  const events = (small: number) => [
    { type: 'order.placed', at: NOW - small - 1, properties: { total: 100 } },
    ...Array.from({ length: small }, (_, index) => ({
      type: 'order.placed',
      at: NOW - index,
      properties: { total: 1 },
    })),
  ];
  const [inside] = await writePeople(context.db, [aPerson({ events: events(999) }), aPerson({ events: events(1000) })]);
  const input = { did: 'order.placed', where: { fact: 'event.total', atLeast: 100 } };
  expect(await members(input)).toEqual({ ids: [inside?.contactId], count: 1 });
  expect(await page(input, { limit: 10, after: null })).toEqual([{ contactId: inside?.contactId, leadId: null }]);
});

test('a time zone that PostgreSQL does not know makes dates missing, and ends nothing', async () => {
  await context.db.$executeRaw`TRUNCATE contact, lead, client, interaction`;
  const born = { attributes: { born: '1990-01-05' } };
  const [known] = await writePeople(context.db, [aPerson(born), aPerson({ ...born, timeZone: 'Mars/Olympus' })]);
  expect(await members({ fact: 'contact.attributes.born', anniversary: 'today' })).toEqual({
    ids: [known?.contactId],
    count: 1,
  });
});

test('of an `any`, those who did something are looked up by it, and who fulfils more than one part is found once', async () => {
  await context.db.$executeRaw`TRUNCATE contact, lead, client, interaction`;
  const clicked = [{ type: 'mail.clicked', at: NOW - 1, properties: {} }];
  const written = await writePeople(context.db, [
    aPerson({ events: clicked }),
    aPerson({ attributes: { role: 'director' } }),
    aPerson({ events: clicked, attributes: { role: 'director' } }),
    aPerson({}),
  ]);
  const input = {
    any: [
      { all: [{ did: 'mail.clicked' }, { did: 'page.seen', atMost: 0 }] },
      {
        any: [
          { did: 'mail.clicked', within: '1d' },
          { fact: 'contact.attributes.role', is: 'director' },
        ],
      },
      { not: { did: 'form.submitted', atMost: 0 } },
    ],
  };
  expect(waysIn(conditionSchema.parse(input))).toHaveLength(3); // two by clicks, and one look at everyone for the rest
  const { ids, count } = await members(input);
  expect(ids.toSorted()).toEqual(
    written
      .slice(0, 3)
      .map(({ contactId }) => contactId)
      .sort(),
  );
  expect(count).toBe(3);
});
