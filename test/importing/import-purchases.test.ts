import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { countStatements } from '../../bench/statements';
import type { Rules } from '../../src/domain/rules';
import { scoringSchema } from '../../src/domain/scoring/rules';
import { gather } from '../../src/importing/gather';
import { purchaseOf } from '../../src/importing/gathering';
import { openCsv } from '../../src/importing/rows';
import { checkFile, type ImportRequest, type ImportResult, importFile } from '../../src/importing/run';
import { listRuns } from '../../src/store/imports/runs';
import { undoImport } from '../../src/store/imports/undo';
import { ingest } from '../../src/store/ingest';
import { recordPurchase } from '../../src/store/purchase-record';
import { register } from '../../src/store/registration';
import { aRules, NOON } from '../support/api';
import { removeBundles } from '../support/bundle';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { importRequests, killedOnTheWay } from '../support/import-requests';
import { aPurchasesMap } from '../support/importing';

const context = testDatabase(10);
const files = testFiles();
const turn = { rules: aRules };
/** Of an import of one batch: its record at both ends, and what the purchases of the batch are written with. */
const MOST_STATEMENTS = 23;
const HEADER = 'invoice,quantity,price,date,customer\n';

jest.setTimeout(120_000); // on a machine that may be busy

afterAll(removeBundles);

beforeEach(emptied);

async function emptied(): Promise<void> {
  await context.db.$executeRaw`
    TRUNCATE contact, contact_address, client, purchase, interaction, decision, lead, score_entry, import_run, import_row, import_change`;
}

const requestOf = importRequests(context, files);
const request = (rows: string | Buffer, parts: Partial<ImportRequest> = {}): ImportRequest =>
  requestOf(files.write('shop.csv', Buffer.concat([Buffer.from(HEADER), Buffer.from(rows)])), {
    map: aPurchasesMap(),
    ...parts,
  });
const counts = ({ read, imported, repeated, rejected }: ImportResult) => [read, imported, repeated, rejected];
const rejects = (): string[][] => parse(readFileSync(files.path('rejects.csv')), { relax_column_count: true }).slice(1);
const purchases = async () => {
  const rows = await context.db.purchase.findMany({ orderBy: { reference: 'asc' } });
  return rows.map(({ reference, amount, isReturn }) => [reference, Number(amount), isReturn]);
};

test('the lines of an invoice are one purchase, and those with C a return', async () => {
  const rows = `1001,6,8.5,01-12-2025 10:04,7
1001,8,4.95,01-12-2025 10:03,7
1002,1,0.005,02-12-2025 10:00,8
C1003,-2,8.5,05-12-2025 09:00,7
,1,1,05-12-2025 09:00,
1001,1,0.1,01-12-2025 10:03,7
`;
  const result = await importFile(request(rows));
  expect(counts(result)).toEqual([6, 3, 0, 0]);
  expect(result.leftOut).toEqual({ 'no customer': 1 });
  expect(await purchases()).toEqual([
    ['1001', 90.7, false],
    ['1002', 0.01, false],
    ['C1003', -17, true],
  ]);
  const contact = await context.db.contact.findUniqueOrThrow({ where: { email: 'client-7@example.test' } });
  const client = await context.db.client.findUniqueOrThrow({ where: { contactId: contact.id } });
  expect(client).toMatchObject({ purchases: 1, lastPurchaseAt: new Date(Date.UTC(2025, 11, 1, 10, 3)) });
  expect(Number(client.revenue)).toBe(73.7);
  const events = await context.db.interaction.findMany({ where: { contactId: contact.id }, orderBy: { seq: 'asc' } });
  expect(events.map(({ type }) => type)).toEqual(['purchase', 'purchase.returned']);
});

test('the same file again, and an invoice that came by another way, count as repeated and change nothing', async () => {
  const rows = '1001,1,5,01-12-2025 10:00,7\n1002,1,6,01-12-2025 10:00,8\n';
  await recordPurchase(context.db, turn, {
    contact: { email: 'client-7@example.test', name: 'Ana' },
    reference: '1001',
    amount: 5,
    isReturn: false,
    at: Date.UTC(2025, 11, 1, 10),
    now: NOON,
  });
  const map = aPurchasesMap({ contact: { email: 'client-{customer}@example.test', name: 'Someone' } });
  expect(counts(await importFile(request(rows, { map })))).toEqual([2, 1, 1, 0]);
  expect(counts(await importFile(request(rows, { map })))).toEqual([2, 0, 2, 0]);
  const contacts = await context.db.contact.findMany({ orderBy: { email: 'asc' } });
  expect(contacts.map(({ name }) => name)).toEqual(['Ana', 'Someone']);
  expect(await context.db.purchase.count()).toBe(2);
});

test('an invoice that was recorded with another sum or for another client is rejected with all of its rows', async () => {
  await importFile(request('1001,1,5,01-12-2025 10:00,7\n1002,1,5,01-12-2025 10:00,7\n'));
  const rows = '1001,1,5,01-12-2025 10:00,7\n1001,1,1,01-12-2025 10:00,7\n1002,1,5,01-12-2025 10:00,new\n';
  expect(counts(await importFile(request(rows)))).toEqual([3, 0, 0, 3]);
  expect(rejects().map(([line, , code]) => [line, code])).toEqual([
    ['2', 'VIV_IDEMPOTENCY_CONFLICT'],
    ['3', 'VIV_IDEMPOTENCY_CONFLICT'],
    ['4', 'VIV_IDEMPOTENCY_CONFLICT'],
  ]);
  expect(await context.db.contact.count()).toBe(1);
});

test('one bad row spoils its whole invoice and no other, wherever it stands', async () => {
  const rows = Buffer.from(
    `1001,1,5,01-12-2025 10:00,7
1001,one,5,01-12-2025 10:00,7
1002,1,5,01-12-2025 10:00,8,\u00e9
1003,1,5,01-12-2025 10:00,9
1002,1,6,01-12-2025 10:00,8
1004,1,5,01-12-2025 10:00,7
1004,1,5,01-12-2025 10:00,8
C1005,-1,5,01-12-2025 10:00,7
1006,-1,5,01-12-2025 10:00,7
`,
    'latin1',
  );
  expect(counts(await importFile(request(rows)))).toEqual([9, 2, 0, 7]);
  expect((await purchases()).map(([reference]) => reference)).toEqual(['1003', 'C1005']);
  expect(rejects().map(([line, , , reason]) => [line, reason])).toEqual([
    ['2', 'the purchase 1001 is not imported: its row at line 3 is bad'],
    ['3', 'quantity is "one", no number like 1234.5'],
    ['4', expect.stringMatching(/6 cells/)],
    ['6', 'the purchase 1002 is not imported: its row at line 4 is bad'],
    ['7', expect.stringMatching(/two contacts: client-7@example\.test, client-8@example\.test/)],
    ['8', expect.stringMatching(/two contacts/)],
    ['10', expect.stringMatching(/sums up to -5; a mapping says with isReturn which are returns/)],
  ]);
});

test.each([
  ['is never closed', '1001,1,5,01-12-2025 10:00,7\n1002,"1,5,01-12-2025 10:00,8\n1001,1,9,01-12-2025 10:00,7\n'],
  ['is closed rows later', '1001,"1,5,01-12-2025 10:00,7\n1001,1,5,01-12-2025 10:00,"7\n'],
])('a quote that %s may hide rows of any invoice: nothing is imported', async (_, rows) => {
  await expect(importFile(request(rows))).rejects.toMatchObject({
    code: 'VIV_CSV_INVALID',
    message: expect.stringMatching(/line \d may have swallowed others/),
  });
  expect(await context.db.interaction.count()).toBe(0);
});

test('a limit takes the first clients with all of their purchases', async () => {
  const rows = [7, 8, 7, 9, 8].map((customer, n) => `100${n},1,5,01-12-2025 10:00,${customer}\n`).join('');
  const result = await importFile(request(rows, { limit: 2 }));
  expect([counts(result), result.beyondLimit]).toEqual([[5, 4, 0, 0], 1]);
  expect((await context.db.contact.findMany()).map(({ email }) => email).sort()).toEqual([
    'client-7@example.test',
    'client-8@example.test',
  ]);
});

/** What is on record, without ids and times of ours. */
async function recorded() {
  const rows = await context.db.$queryRaw<{ client: object }[]>`
    SELECT json_build_object('email', c.email, 'name', c.name,
      'client', (SELECT json_build_array(k.status, k.status_at, k.first_purchase_at, k.last_purchase_at, k.purchases, k.revenue)
        FROM client k WHERE k.contact_id = c.id),
      'purchases', (SELECT json_agg(json_build_array(p.reference, p.amount, p.is_return, p.at) ORDER BY p.reference)
        FROM purchase p WHERE p.contact_id = c.id),
      'events', (SELECT json_agg(json_build_array(i.type, i.idempotency_key, i.properties, i.at) ORDER BY i.idempotency_key)
        FROM interaction i WHERE i.contact_id = c.id),
      'decisions', (SELECT json_agg(json_build_array(d.kind, d.outcome, d.reason, d.at) ORDER BY d.seq)
        FROM decision d WHERE d.contact_id = c.id)) AS client
    FROM contact c ORDER BY c.email`;
  return rows.map(({ client }) => client);
}

const line = fc.record({
  invoice: fc.constantFrom('1001', '1002', '1003', 'C1004', 'C1005'),
  quantity: fc.integer({ min: 1, max: 9 }),
  price: fc.constantFrom('8.5', '0.1', '4.95'),
  date: fc.constantFrom('01-12-2024 10:00', '01-12-2025 10:00', '02-12-2025 10:00'),
  customer: fc.constantFrom('7', '8'),
});

// INV-IMPORT-AS-API
test('purchases that are recorded together leave on record what they leave one by one', async () => {
  const map = aPurchasesMap();
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 10 }), async (lines) => {
      const rows = lines.map((one) => `${Object.values(one).join(',')}\n`).join('');
      const asked = request(rows);
      await emptied();
      const run = { ...asked, limit: undefined, open: () => openCsv(asked.file, { needs: [] }) };
      const gathered = await gather(run, map, { now: NOON });
      for (const one of gathered.purchases())
        if (one.problem === undefined) await recordPurchase(context.db, turn, { ...purchaseOf(one), now: NOON });
      const alone = await recorded();
      await emptied();
      await importFile(asked);
      expect(await recorded()).toEqual(alone);
    }),
    { numRuns: Number(process.env.IMPORT_RUNS ?? 12) },
  );
});

// INV-IMPORT-ONCE
test('killed in the midst of it and done again, an import has each purchase once, and rejects each row of those that are none', async () => {
  // the second line of an invoice stands far behind the first; every hundredth stands on record with another sum
  const lines = Array.from({ length: 2_000 }, (_, n) => `I${n % 1_000},1,5,01-12-2025 10:00,${n % 500}\n`);
  const conflicts = Array.from({ length: 10 }, (_, n) => `I${n * 100},1,1,01-12-2025 10:00,${n % 500}\n`);
  await importFile(request(conflicts.join('')));
  const order = request(lines.join(''), { rejectsFile: files.path('killed.csv') });
  const broken = await killedOnTheWay(order, context.url);
  expect([broken?.status, (broken?.rowsDone ?? 0) < 2_000]).toEqual(['running', true]);
  const result = await importFile(order);
  expect([result.importId, result.resumedAfter]).toEqual([broken?.id, broken?.rowsDone]);
  expect(counts(result)).toEqual([2_000, 990, 0, 20]);
  expect(await context.db.purchase.count()).toBe(1_000);
  const rejected: string[][] = parse(readFileSync(files.path('killed.csv')));
  expect(rejected.slice(1).map(([, row]) => Number(row))).toEqual(Array.from({ length: 20 }, (_, n) => n * 100 + 1));
  expect(counts(await importFile(order))).toEqual([2_000, 0, 990, 20]);
});

test('a dry run of purchases foretells by the record, and changes nothing', async () => {
  await importFile(request('1001,1,5,01-12-2025 10:00,7\n1002,1,5,01-12-2025 10:00,7\n'));
  const rows =
    '1001,1,5,01-12-2025 10:00,7\n1002,1,6,01-12-2025 10:00,7\n1003,1,5,01-12-2025 10:00,7\n1004,1,5,01-12-2025 10:00,9\n';
  const before = await recorded();
  const { db, turn: _, ...dry } = request(rows);
  const foretold = await checkFile({ ...dry, db });
  expect([counts(foretold), foretold.created]).toEqual([[4, 2, 1, 1], 1]);
  expect(foretold.firstRejects).toMatchObject([{ line: 3, code: 'VIV_IDEMPOTENCY_CONFLICT' }]);
  expect(await recorded()).toEqual(before);
  expect(await listRuns(context.db, 10)).toHaveLength(1);
  const done = await importFile(request(rows));
  expect([counts(done), done.created]).toEqual([counts(foretold), 1]);
});

const undo = (id: string | null, isDryRun = false) => undoImport(context.db, { id: id ?? '', now: NOON, isDryRun });

test('purchases are taken back with what they made of clients, where nothing has followed', async () => {
  await importFile(request('1001,1,5,01-12-2024 10:00,7\n1002,1,5,01-12-2024 10:00,8\n'));
  const before = await recorded();
  const rows = `2001,2,5,02-12-2025 10:00,7
2002,1,1,03-12-2025 10:00,7
C2003,1,5,04-12-2025 10:00,7
2004,1,5,02-12-2025 10:00,8
2005,1,5,02-12-2025 10:00,9
`;
  const { importId } = await importFile(request(rows));
  const { id: contactId } = await context.db.contact.findUniqueOrThrow({ where: { email: 'client-8@example.test' } });
  await ingest(context.db, turn, { type: 'page.viewed', contactId, at: NOON, idempotencyKey: 'seen' });
  const [, eight] = await recorded();
  const foretold = await undo(importId, true);
  expect(await context.db.purchase.count()).toBe(7);
  expect(await undo(importId)).toEqual(foretold);
  expect(foretold).toMatchObject({
    purchasesRemoved: 4,
    contactsRemoved: 1,
    kept: [{ reason: 'purchases stay: something has happened with the client since', count: 1, contacts: [contactId] }],
  });
  expect(await recorded()).toEqual([before[0], eight]);
  const again = await importFile(request(rows));
  expect(counts(again)).toEqual([5, 4, 1, 0]);
});

const scored: Rules = {
  ...aRules,
  scoring: scoringSchema.parse({
    ...{
      grades: { A: 30, B: 20, C: 10 },
      halfLife: '14d',
      temperature: { warm: 3, hot: 5 },
      mql: { score: 4, grade: 'B' },
    },
    interest: [{ name: 'bought', on: 'purchase', points: 3 }],
  }),
};

test('a purchase that has scored a lead stays, and so does one of a client that was changed since', async () => {
  const rules = { rules: scored };
  const contact = { email: 'client-7@example.test' };
  const lead = { offer: 'course', source: 'fair' };
  await register(context.db, rules, { idempotencyKey: 'lead', at: NOON, contact, lead });
  const rows = '1001,1,5,01-12-2025 10:00,7\n1002,1,5,01-12-2025 10:00,8\n';
  const { importId } = await importFile(request(rows, { turn: rules }));
  await context.db.client.updateMany({ where: { revenue: 5 }, data: { status: 'inactive' } });
  const { purchasesRemoved, kept } = await undo(importId);
  expect(purchasesRemoved).toBe(0);
  expect(kept.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining([
      'purchases stay: a lead was scored by them',
      'purchases stay: the client was changed again since',
    ]),
  );
  expect(await context.db.purchase.count()).toBe(2);
});

test('a batch of purchases costs the same statements however many it has', async () => {
  const statementsOf = async (count: number) => {
    const rows = Array.from({ length: count }, (_, n) => `S${count}N${n},1,5,01-12-2025 10:00,${count}x${n}\n`).join(
      '',
    );
    return countStatements(async () => void (await importFile(request(rows))));
  };
  const few = await statementsOf(10);
  expect(await statementsOf(400)).toBe(few);
  expect(few).toBeLessThanOrEqual(MOST_STATEMENTS);
});
