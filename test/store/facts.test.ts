import { Client } from 'pg';
import { newId } from '../../src/domain/ids';
import { factsQuery, readFacts } from '../../src/store/facts';
import { DAY, HALF_LIFE } from '../support/conditions';
import { testDatabase } from '../support/database';
import { aLead, aPerson, writeEvents, writePeople } from '../support/people';

const context = testDatabase();
const NOW = Date.UTC(2026, 2, 29, 1, 0, 0, 123); // as clocks in Warsaw go forward
const JOURNEY = '0193b6a0-0000-7000-8000-00000000000a';

const read = (contactId: string, parts: Partial<Parameters<typeof readFacts>[1]> = {}) =>
  readFacts(context.db, { contactId, leadId: null, now: NOW, halfLife: HALF_LIFE, ...parts });
const write = async (...parts: Parameters<typeof aPerson>) => {
  const [written] = await writePeople(context.db, [aPerson(...parts)]);
  if (!written) throw new Error('nobody was written');
  return written;
};

test('everything on record comes back as it was written, to the millisecond', async () => {
  const attributes = {
    country: 'BR',
    size: 10.5,
    big: 1e21,
    vip: true,
    none: null,
    note: '😀 e\u0301 "\\',
    list: [1, { a: null }],
  };
  const lead = aLead({
    campaign: 'spring',
    stage: 'mql',
    grade: 'B',
    interest: 40,
    interestAt: NOW - 30 * DAY,
    createdAt: NOW - 1,
  });
  const client = {
    status: 'active' as const,
    firstPurchaseAt: -1,
    lastPurchaseAt: NOW,
    purchases: 3,
    revenue: 1234567890.12,
  };
  const { contactId, leadIds } = await write({
    email: 'ana@example.test',
    createdAt: NOW - 2,
    attributes,
    tags: ['eu', 'vip'],
    organisation: { name: 'Horta', sector: 'food', size: 12, country: 'BR' },
    leads: [lead],
    client,
  });
  expect(await read(contactId)).toEqual({
    contact: {
      id: contactId,
      email: 'ana@example.test',
      name: 'Ana',
      locale: 'pt-BR',
      timeZone: 'America/Sao_Paulo',
      createdAt: NOW - 2,
      attributes,
      tags: ['eu', 'vip'],
    },
    lead: {
      id: leadIds[0],
      offer: 'demo',
      source: 'web',
      campaign: 'spring',
      stage: 'mql',
      temperature: 'cold',
      grade: 'B',
      score: 20,
      createdAt: NOW - 1,
    },
    client,
    organisation: {
      id: expect.any(String),
      name: 'Horta',
      domain: expect.stringMatching(/\.test$/),
      sector: 'food',
      size: 12,
      country: 'BR',
    },
    events: [],
    lastSeq: 0,
  });
});

test('a contact with nothing beside it has no lead, is no client, and belongs to no organisation', async () => {
  const { contactId } = await write({ name: null });
  expect(await read(contactId)).toMatchObject({
    contact: { name: null, tags: [] },
    lead: null,
    client: null,
    organisation: null,
    events: [],
    lastSeq: 0,
  });
});

test('an unknown contact is refused', async () => {
  await expect(read(newId())).rejects.toMatchObject({ code: 'VIV_CONTACT_UNKNOWN' });
});

test('the newest lead is read, or the one that is named, never that of another contact', async () => {
  const { contactId, leadIds } = await write({
    leads: [aLead({ createdAt: 2 }), aLead({ offer: 'other', createdAt: 1 })],
  });
  const stranger = await write({ leads: [aLead()] });
  const [newest, older] = leadIds;
  expect((await read(contactId)).lead?.id).toBe(newest);
  expect((await read(contactId, { leadId: older ?? null })).lead?.id).toBe(older);
  expect((await read(contactId, { leadId: stranger.leadIds[0] ?? null })).lead).toBeNull();
});

test.each([
  ['is whole at once', 40, 0, 40],
  ['is a half after a half-life', 40, HALF_LIFE, 20],
  ['is rounded to 2 decimals', 12.345, 10 * DAY, 9.8],
  ['does not grow before it was earned', 40, -HALF_LIFE, 40],
  ['is nothing after ages', 40, 100_000 * DAY, 0],
  ['may be below zero', -10, HALF_LIFE, -5],
  ['is nothing when there was hardly any', 5e-324, HALF_LIFE, 0],
])('a score %s', async (_name, interest, age, score) => {
  const { contactId } = await write({ leads: [aLead({ interest, interestAt: NOW - age })] });
  expect((await read(contactId)).lead?.score).toBe(score);
});

async function withEvents(
  ...events: readonly (readonly [type: string, at: number])[]
): Promise<readonly [string, number]> {
  const { contactId } = await write();
  await writeEvents(
    context.db,
    events.map(([type, at]) => ({ contactId, type, at, journeyId: JOURNEY, properties: { at } })),
  );
  const { lastSeq } = await read(contactId);
  return [contactId, lastSeq - events.length];
}

test('the newest events of each type by their time are read, in the order of their seq, none from after now', async () => {
  const [contactId, before] = await withEvents(
    ['page.seen', NOW],
    ['mail.clicked', NOW - 1],
    ['mail.clicked', NOW - 3],
    ['mail.clicked', NOW - 2],
    ['mail.clicked', NOW + 1],
    ['other', NOW],
  );
  const { events, lastSeq } = await read(contactId, {
    newest: new Map([
      ['mail.clicked', 2],
      ['page.seen', 5],
      ['none', 1],
    ]),
  });
  expect(lastSeq).toBe(before + 6);
  expect(events).toEqual(
    [[1, 'page.seen', NOW] as const, [2, 'mail.clicked', NOW - 1] as const, [4, 'mail.clicked', NOW - 2] as const].map(
      ([seq, type, at]) => ({ seq: before + seq, type, at, journeyId: JOURNEY, properties: { at } }),
    ),
  );
});

test('all events of some types after a seq are read, whatever their time, once even if they are among the newest', async () => {
  const [contactId, before] = await withEvents(['a', NOW], ['a', NOW], ['b', NOW + DAY], ['a', 0], ['c', NOW]);
  const after = { types: ['a', 'b'], seq: before + 1 };
  const seqs = async (parts: Parameters<typeof read>[1]) =>
    (await read(contactId, parts)).events.map(({ seq }) => seq - before);
  expect(await seqs({ after })).toEqual([2, 3, 4]);
  expect(await seqs({ after, newest: new Map([['a', 2]]) })).toEqual([1, 2, 3, 4]);
  expect(await seqs({ after: { types: [], seq: 0 }, newest: new Map() })).toEqual([]);
});

test('each table is read by an index, however long the history', async () => {
  const people = Array.from({ length: 1_000 }, () => aPerson({ leads: [aLead()] }));
  const written = await writePeople(context.db, people);
  const types = ['mail.clicked', 'mail.accepted', 'page.seen'];
  const history = written.flatMap(({ contactId }) =>
    Array.from({ length: 30 }, (_, index) => ({ contactId, type: types[index % 3] ?? '', at: NOW - index * DAY })),
  );
  await writeEvents(context.db, history);
  await context.db.$executeRaw`ANALYZE contact, lead, client, interaction`;
  const query = factsQuery({
    contactId: written[0]?.contactId ?? '',
    leadId: null,
    now: NOW,
    halfLife: HALF_LIFE,
    newest: new Map([
      ['mail.clicked', 3],
      ['page.seen', 1],
    ]),
    after: { types: ['mail.clicked'], seq: 0 },
  });
  const custom = JSON.stringify(await context.db.$queryRaw`EXPLAIN (FORMAT JSON) ${query}`);
  for (const plan of [custom, await genericPlan(query.text)]) {
    const scanned = [...plan.matchAll(/"Node Type":"Seq Scan"[^}]*?"Relation Name":"(\w+)"/g)].map(
      ([, table]) => table,
    );
    expect(scanned.filter((table) => table !== 'client' && table !== 'organisation')).toEqual([]); // an empty table has no use for its index
    expect(plan).toContain('interaction_contact_id_type_at_idx');
    expect(plan).toContain('interaction_contact_id_seq_idx');
  }
});

/** The plan that a named statement settles on after a few runs. */
async function genericPlan(sql: string): Promise<string> {
  const client = new Client(context.url);
  await client.connect();
  const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sql}`);
  await client.end();
  return JSON.stringify(rows);
}
