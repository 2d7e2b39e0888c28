import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { type ImportRequest, type ImportResult, importFile } from '../../src/importing/run';
import { recordPurchase } from '../../src/store/purchase-record';
import { aRules, NOON } from '../support/api';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { aPurchasesMap } from '../support/importing';

const context = testDatabase(10);
const files = testFiles();
const turn = { rules: aRules };
const HEADER = 'invoice,quantity,price,date,customer\n';

beforeEach(() =>
  context.db.$executeRawUnsafe('TRUNCATE contact, contact_address, client, purchase, interaction, decision'),
);

const request = (rows: string | Buffer, parts: Partial<ImportRequest> = {}): ImportRequest => ({
  db: context.db,
  turn,
  file: files.write('shop.csv', Buffer.concat([Buffer.from(HEADER), Buffer.from(rows)])),
  map: aPurchasesMap(),
  rejectsFile: files.path('rejects.csv'),
  now: NOON,
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
