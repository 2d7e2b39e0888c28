import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { DEFAULT_IDENTITY } from '../../src/domain/identity/rules';
import { checkFile, type ImportResult, importFile } from '../../src/importing/run';
import { connect, disconnect } from '../../src/store/db';
import { possibleDuplicates } from '../../src/store/merge/list';
import { aRules, NOON } from '../support/api';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { importRequests } from '../support/import-requests';
import { aLeadsMap } from '../support/importing';

const context = testDatabase(10);
const files = testFiles();

const request = importRequests(context, files);
const counts = ({ read, imported, repeated, rejected }: ImportResult) => [read, imported, repeated, rejected];
const rejects = () => parse(readFileSync(files.path('rejects.csv')), { relax_column_count: true });

beforeEach(async () => {
  // what no statement of ours may do
  await context.db.$executeRaw`ALTER TABLE consent DISABLE TRIGGER USER`;
  await context.db
    .$executeRaw`TRUNCATE contact, contact_address, lead, interaction, consent, consent_head, decision, score_entry`;
  await context.db.$executeRaw`ALTER TABLE consent ENABLE TRIGGER USER`;
});

const people = (count: number) =>
  `name,email\n${Array.from({ length: count }, (_, n) => `Ana ${n},ana${n}@example.test\n`).join('')}`;

test('rows become contacts with a lead and its event; the same file again changes nothing', async () => {
  const consent = { purpose: 'marketing', basis: 'consent', text: 'Yes, write to me.' };
  const contact = { email: '{email}', name: '{name}', locale: 'pt-BR', timeZone: 'Europe/Lisbon' };
  const map = aLeadsMap({ consent, contact });
  const file = files.write('people.csv', people(30));
  expect(counts(await importFile(request(file, { map })))).toEqual([30, 30, 0, 0]);
  const again = await importFile(request(file, { map, now: NOON + 1000 }));
  expect(again).toMatchObject({
    kind: 'leads',
    read: 30,
    imported: 0,
    repeated: 30,
    rejected: 0,
    leftOut: {},
    beyondLimit: 0,
    rejectsFile: null,
    firstRejects: [],
    changed: {},
    unmapped: [],
  });
  expect(await context.db.contact.findUnique({ where: { email: 'ana7@example.test' } })).toMatchObject({
    name: 'Ana 7',
    locale: 'pt-BR',
    timeZone: 'Europe/Lisbon',
    createdAt: new Date(NOON),
  });
  expect(await context.db.lead.count({ where: { offer: 'course', source: 'fair' } })).toBe(30);
  expect(await context.db.consent.count({ where: { purpose: 'marketing', granted: true } })).toBe(30);
  expect(await context.db.interaction.groupBy({ by: ['type'], _count: true })).toEqual([
    { type: 'lead.created', _count: 30 },
  ]);
});

test('bad rows go to the reject file with line and reason, and the good ones are imported', async () => {
  const content = Buffer.concat([
    Buffer.from('\ufeffname,email\r\nAna,ana@example.test\r\n'),
    Buffer.from('Jos\u00e9,jose@example.test\r\n', 'latin1'),
    Buffer.from('Rui,rui@example.test,one,too,many\r\n=1+1,eva@example.test\r\nBig,'),
    Buffer.alloc(10_000_000, 'x'),
    Buffer.from('\r\nIvo,no address\r\n"Lia","lia@example.test"\r\nAna,ana@example.test\r\n'),
  ]);
  const result = await importFile(request(files.write('bad.csv', content)));
  expect(counts(result)).toEqual([8, 2, 1, 5]);
  expect(result.rejectsFile).toBe(files.path('rejects.csv'));
  expect(result.firstRejects.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
  const [head, ...rows] = rejects();
  expect(head).toEqual(['line', 'row', 'code', 'reason', 'name', 'email']);
  expect(rows.map((row: string[]) => row[2])).toEqual(Array(5).fill('VIV_ROW_INVALID'));
  expect(
    rows.map(([line, , , reason, ...cells]: string[]) => [line, reason, cells[0], cells[1]?.slice(0, 20)]),
  ).toEqual([
    ['3', expect.stringMatching(/UTF-8/), 'Jos\ufffd', 'jose@example.test'],
    ['4', expect.stringMatching(/5 cells, the header 2/), 'Rui', 'rui@example.test'],
    ['5', expect.stringMatching(/begins like a formula/), "'=1+1", 'eva@example.test'],
    ['6', expect.stringMatching(/more than 1000000 bytes/), 'Big', 'x'.repeat(20)],
    ['7', expect.stringMatching(/not an e-mail address/), 'Ivo', 'no address'],
  ]);
  const found = await context.db.contact.findMany({ orderBy: { email: 'asc' } });
  expect(found.map(({ email, name }) => [email, name])).toEqual([
    ['ana@example.test', 'Ana'],
    ['lia@example.test', 'Lia'],
  ]);
});

test('corrected, the reject file itself can be imported with the same mapping', async () => {
  await importFile(request(files.write('once.csv', 'name,email\n=Ana,ana@example.test\n')));
  const corrected = readFileSync(files.path('rejects.csv'), 'utf8').replace("'=Ana", 'Ana');
  const result = await importFile(request(files.write('corrected.csv', corrected)));
  expect(counts(result)).toEqual([1, 1, 0, 0]);
  expect(existsSync(files.path('rejects.csv'))).toBe(false);
});

test('telephone numbers are kept as everywhere, and one that is none is rejected or left out, as declared', async () => {
  const rows =
    'Ana,ana@example.test,(11) 98765-4321\nEva,eva@example.test,12\nana,ana@other.test,+55 11 98765 4321\nRui,rui@example.test,\n';
  const file = files.apart('phones.csv', `name,email,tel\n${rows}`);
  const mapped = (phone: object) => aLeadsMap({ contact: { email: '{email}', name: '{name}', phone } });
  const result = await importFile(request(file, { map: mapped({ column: 'tel', country: 'BR' }) }));
  expect([counts(result), result.warnings]).toEqual([[4, 3, 0, 1], {}]);
  expect(rejects()[1]).toEqual([
    '3',
    '2',
    'VIV_PHONE_INVALID',
    expect.stringContaining('"12"'),
    'Eva',
    'eva@example.test',
    '12',
  ]);
  const dropping = mapped({ column: 'tel', country: 'BR', invalid: 'drop' });
  const dropped = await importFile(request(file, { map: dropping }));
  expect([counts(dropped), dropped.warningsByKind]).toEqual([
    [4, 1, 3, 0],
    [{ reason: expect.stringMatching(/^the telephone number was left out: /), count: 1, lines: [3] }],
  ]);
  const found = await context.db.contact.findMany({ orderBy: { email: 'asc' } });
  expect(found.map(({ email, attributes }) => [email, attributes])).toEqual([
    ['ana@example.test', { phone: '+5511987654321' }],
    ['ana@other.test', { phone: '+5511987654321' }],
    ['eva@example.test', {}],
    ['rui@example.test', {}],
  ]);
  expect(await possibleDuplicates(context.db, { most: 10 })).toMatchObject([{ reason: 'same name and telephone' }]);
});

test('a telephone number that names no country is of that of the rules', async () => {
  const map = aLeadsMap({ contact: { email: '{email}', phone: '{tel}' } });
  const file = files.apart('home.csv', 'tel,email\n21 234 5678,rui@example.test\n');
  const rules = { ...aRules, identity: { ...DEFAULT_IDENTITY, defaultCountry: 'PT' } };
  expect(counts(await importFile(request(file, { map })))).toEqual([1, 0, 0, 1]);
  const { db: _, turn: __, ...dry } = request(file, { map });
  expect(counts(await checkFile({ ...dry, identity: rules.identity }))).toEqual([1, 1, 0, 0]);
  await importFile(request(file, { map, turn: { rules } }));
  expect(await context.db.contact.findMany()).toMatchObject([{ attributes: { phone: '+351212345678' } }]);
});

test('a declared key that comes again with other content is rejected, and changes nothing', async () => {
  const map = aLeadsMap({ key: ['email'] });
  await importFile(request(files.write('first.csv', 'name,email\nAna,ana@example.test\n'), { map }));
  const result = await importFile(request(files.write('second.csv', 'name,email\nEva,ana@example.test\n'), { map }));
  expect(counts(result)).toEqual([1, 0, 0, 1]);
  expect(rejects()[1]).toEqual(['2', '1', 'VIV_IDEMPOTENCY_CONFLICT', expect.any(String), 'Eva', 'ana@example.test']);
  expect(await context.db.contact.findMany()).toMatchObject([{ name: 'Ana' }]);
});

test('rows of one contact count in the order of the file', async () => {
  const rows = Array.from({ length: 40 }, (_, n) => `Name ${n},ana@example.test\n`);
  await importFile(request(files.write('one.csv', `name,email\n${rows.join('')}`)));
  expect(await context.db.contact.findMany()).toMatchObject([{ name: 'Name 39' }]);
  const types = await context.db.interaction.findMany({ orderBy: { seq: 'asc' } });
  expect(types.map(({ type }) => type)).toEqual(['lead.created', ...Array(39).fill('lead.repeated')]);
});

test('a limit takes the first rows, or the first contacts with all of their rows', async () => {
  const file = files.write('limited.csv', `${people(3)}${people(2).split('\n').slice(1).join('\n')}`);
  expect(counts(await importFile(request(file, { limit: 2 })))).toEqual([2, 2, 0, 0]);
  const map = aLeadsMap({ limitBy: 'contact', lead: { offer: '{name}', source: 'fair' } });
  const result = await importFile(request(file, { limit: 1, map }));
  expect(counts(result)).toEqual([5, 1, 1, 0]);
  expect(result.beyondLimit).toBe(3);
});

test('rows that are not meant are counted by their reason', async () => {
  const leaveOut = [{ column: 'email', startsWith: 'ana1', reason: 'a colleague' }];
  const result = await importFile(request(files.write('meant.csv', people(12)), { map: aLeadsMap({ leaveOut }) }));
  expect([counts(result), result.leftOut]).toEqual([[12, 9, 0, 0], { 'a colleague': 3 }]);
});

test('a file without a mapped column changes nothing, and leaves an older reject file alone', async () => {
  files.write('rejects.csv', 'older');
  const importing = importFile(request(files.write('columns.csv', 'name\nAna\n')));
  await expect(importing).rejects.toMatchObject({ code: 'VIV_CSV_INVALID', message: expect.stringMatching(/"email"/) });
  expect(readFileSync(files.path('rejects.csv'), 'utf8')).toBe('older');
  expect(await context.db.contact.count()).toBe(0);
});

test('the file to import is never taken for the reject file', async () => {
  const file = files.write('same.csv', 'name,email\nAna,nobody\n');
  await expect(importFile(request(file, { rejectsFile: file }))).rejects.toMatchObject({ code: 'VIV_FILE_UNWRITABLE' });
  expect(readFileSync(file, 'utf8')).toContain('Ana');
});

test('when the database is gone the import ends with that error, not with rejected rows', async () => {
  const broken = connect(context.url.replace(/:\d+\//, ':1/'), 1);
  const file = files.write('down.csv', people(20));
  const rejectsFile = files.path('down.rejects.csv');
  await expect(importFile(request(file, { db: broken, rejectsFile }))).rejects.toThrow(/ECONNREFUSED|reach/);
  await disconnect(broken);
  expect(existsSync(rejectsFile)).toBe(false);
  expect(counts(await importFile(request(file)))).toEqual([20, 20, 0, 0]);
});

test('a dry run says what would be imported, and records nothing', async () => {
  const { db: _, turn: __, ...dry } = request(files.write('dry.csv', `${people(3)}Ana 0,ana0@example.test\nx,y\n`));
  const seen: number[] = [];
  const result = await checkFile({ ...dry, onProgress: ({ read }) => seen.push(read) });
  expect(counts(result)).toEqual([5, 3, 1, 1]);
  expect(rejects()[1]?.[0]).toBe('6');
  expect(seen.at(-1)).toBe(5);
  expect(await context.db.contact.count()).toBe(0);
});
