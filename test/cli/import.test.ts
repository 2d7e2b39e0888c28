import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { ADDRESS_KEY } from '../support/keys';

const context = testDatabase();
const files = testFiles();
const MAPS = path.resolve(__dirname, '../../maps');

const run = (...words: readonly string[]) =>
  viveiro(['import', ...words], {
    VIVEIRO_DATABASE_URL: context.url,
    VIVEIRO_DATA_DIR: files.path('data'),
    VIVEIRO_ADDRESS_KEY: ADDRESS_KEY,
  });

const BANK = `age,job,marital,education,default,balance,housing,loan,contact,day,month,duration,campaign,pdays,previous,poutcome,y
58,management,married,tertiary,no,2143,yes,no,unknown,5,may,261,1,-1,0,unknown,no
33,unknown,single,tertiary,no,-7,no,maybe,cellular,21,nov,654,1,91,2,failure,yes
`;
const SHOP = `\ufeffInvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536389,22941,"LIGHTS, 10 REINDEER",6,01-12-2010 10:03,8.5,12431,Australia
536389,21622,CUSHION COVER,8,01-12-2010 10:03,4.95,12431,Australia
536370,22728,ALARM CLOCK,24,01-12-2010 08:45,3.75,12583,France
C536548,22244,HANGER,-4,01-12-2010 14:33,1.95,12431,Australia
539500,72802B,CANDLE,54,20-12-2010 11:02,3.81,,Bahrain
`;

test('rows of a bank become leads by the shipped mapping; a bad one is told and kept', async () => {
  const said = await run(files.write('bank.csv', BANK), '--map', path.join(MAPS, 'bank-marketing.yaml'));
  const rejects = files.path('data/rejects/bank.rejects.csv');
  expect({ ...said, out: said.out.replace(/undo \S+/, 'undo IMPORT') }).toEqual({
    exitCode: 0,
    err: '',
    out: `read                2  rows
imported            1  leads
repeated            0  leads that came before
rejected            1  rows, see ${rejects}
new                 1  contacts

line  code             reason
3     VIV_ROW_INVALID  loan is "maybe", which the mapping does not list

Take it back: viveiro import undo IMPORT
`,
  });
  expect(readFileSync(rejects, 'utf8')).toContain('\n3,2,VIV_ROW_INVALID,');
  const contact = await context.db.contact.findUniqueOrThrow({ where: { email: 'lead-1@example.test' } });
  expect(contact).toMatchObject({ name: null, locale: 'pt-BR', timeZone: 'Europe/Lisbon' });
  expect(contact.attributes).toEqual({
    age: 58,
    job: 'management',
    marital: 'married',
    education: 'tertiary',
    balance: 2143,
    creditInDefault: false,
    housing: true,
    loan: false,
    earlierCalls: 0,
  });
  expect(await context.db.lead.findMany()).toMatchObject([{ offer: 'course', source: 'bank-marketing' }]);
});

test('invoices of a shop become purchases by the shipped mapping', async () => {
  const file = files.write('shop.csv', SHOP);
  const { exitCode, out } = await run(file, '--map', path.join(MAPS, 'online-retail.yaml'), '--limit', '1', '--json');
  expect([exitCode, JSON.parse(out)]).toMatchObject([
    0,
    {
      kind: 'purchases',
      read: 5,
      imported: 2,
      repeated: 0,
      rejected: 0,
      leftOut: { 'no customer': 1 },
      beyondLimit: 1,
      rejectsFile: null,
      firstRejects: [],
      isDryRun: false,
    },
  ]);
  const where = { email: 'customer-12431@example.test' };
  expect(await context.db.contact.findUniqueOrThrow({ where })).toMatchObject({
    locale: 'en',
    timeZone: 'Europe/London',
    attributes: { country: 'Australia' },
  });
  const [client] = await context.db.client.findMany();
  expect(Number(client?.revenue)).toBe(82.8);
});

test('a dry run needs no database and writes to none', async () => {
  const before = await context.db.interaction.count();
  const words = ['import', files.write('dry.csv', BANK), '--map', path.join(MAPS, 'bank-marketing.yaml'), '--dry-run'];
  const environment = { VIVEIRO_DATABASE_URL: 'postgresql://127.0.0.1:1/x', VIVEIRO_DATA_DIR: files.path('data') };
  const { exitCode, out } = await viveiro(words, environment);
  expect([exitCode, out]).toEqual([0, expect.stringMatching(/^would import +1 {2}leads$/m)]);
  expect(await context.db.interaction.count()).toBe(before);
});

test('when nothing can be imported the exit code is 2', async () => {
  const [head, , bad] = BANK.split('\n');
  const rejects = files.path('bad/rows.csv');
  const file = files.write('nothing.csv', `${head}\n${bad}\n`);
  const words = [file, '--map', path.join(MAPS, 'bank-marketing.yaml'), '--rejects', rejects];
  expect(await run(...words)).toMatchObject({ exitCode: 2, err: '' });
  expect(existsSync(rejects)).toBe(true);
});

test.each([
  ['no such file', ['none.csv', '--map', path.join(MAPS, 'bank-marketing.yaml')], 'VIV_FILE_UNREADABLE'],
  ['no such mapping', ['none.csv', '--map', 'none.yaml'], 'VIV_MAP_INVALID'],
  [
    'rules that are not there',
    ['none.csv', '--map', path.join(MAPS, 'online-retail.yaml'), '--rules', 'none'],
    'VIV_RULES_INVALID',
  ],
])('%s is an error with a code', async (_, words, code) => {
  const { exitCode, out } = await run(...words, '--json');
  expect([exitCode, JSON.parse(out).error.code]).toEqual([2, code]);
});

test('a file without the mapped columns changes nothing', async () => {
  const before = await context.db.interaction.count();
  const { exitCode, err } = await run(
    files.write('x.csv', 'a,b\n1,2\n'),
    '--map',
    path.join(MAPS, 'bank-marketing.yaml'),
  );
  expect([exitCode, err]).toEqual([2, expect.stringMatching(/^VIV_CSV_INVALID: .*no column "age"/)]);
  expect(await context.db.interaction.count()).toBe(before);
});

const LEADS =
  'import: leads\nname: cli\ncontact: { email: "{Email}", name: "{Name}" }\nlead: { offer: course, source: file }\n';

test('imports are listed, shown, and taken back by their ids', async () => {
  const map = files.write('leads.yaml', LEADS);
  const file = files.write('people.csv', 'Email,Name\nana@cli.example,Ana\nnobody,Rui\n');
  const { importId } = JSON.parse((await run(file, '--map', map, '--json')).out);
  const listed = await run('list', '--most', '1');
  expect(listed.out).toMatch(new RegExp(`^${importId} .* leads +people\\.csv +finished +2 +1 +1$`, 'm'));
  const shown = await run('show', importId);
  expect(shown.out).toMatch(/^status +finished$/m);
  expect(shown.out).toMatch(/1 {2}VIV_ROW_INVALID: contact\.email: not an e-mail address/);
  expect(shown.out).not.toContain('ana@cli');
  const foretold = await run('undo', importId, '--dry-run');
  expect(foretold.out).toMatch(/^This would be taken back; nothing was changed\.\n +1 {2}contacts removed/);
  expect(await context.db.contact.count({ where: { email: 'ana@cli.example' } })).toBe(1);
  expect((await run('undo', importId)).out).toMatch(/^ +1 {2}contacts removed/);
  expect(await context.db.contact.count({ where: { email: 'ana@cli.example' } })).toBe(0);
  const twice = await run('undo', importId, '--json');
  expect([twice.exitCode, JSON.parse(twice.out).error.code]).toEqual([2, 'VIV_IMPORT_UNDONE']);
});

test('a dry run tells samples of what would be refused and changed', async () => {
  const map = files.write('leads.yaml', LEADS);
  await run(files.write('people.csv', 'Email,Name\nana@dry.example,Ana\n'), '--map', map);
  const file = files.write('people.csv', 'Email;Name;Age\nana@dry.example;Anna;30\nnobody;Rui;40\n');
  const { out } = await run(file, '--map', map, '--dry-run');
  expect(out).toContain('encoding utf-8, delimiter ";"\ncolumns that the mapping does not name: Age\n');
  expect(out).toMatch(/^1 +3 +VIV_ROW_INVALID: contact\.email: not an e-mail address/m);
  expect(out).toMatch(/^name +1 +2 +Ana +Anna$/m);
  expect(out).toMatch(/Nothing was changed\.\n$/);
});

test('a mailing list is imported with its evidence, and its figures are told', async () => {
  const environment = {
    VIVEIRO_DATABASE_URL: context.url,
    VIVEIRO_DATA_DIR: files.path('data'),
    VIVEIRO_ADDRESS_KEY: ADDRESS_KEY,
  };
  const list = (...words: readonly string[]) => viveiro(['list', ...words], environment);
  const file = files.write('fair.csv', 'Email,Name\nana@fair.example,Ana\nrui@fair.example,Rui\n');
  const evidence = files.write('form.txt', 'signed');
  const declared = [
    '--origin',
    'event',
    '--date',
    '2026-03-01',
    '--basis',
    'none',
    '--evidence',
    evidence,
    '--offer',
    'course',
  ];
  const words = [
    'import',
    file,
    '--map',
    path.join(MAPS, 'mailing-list.yaml'),
    ...declared,
    '--cost',
    '100',
    '--currency',
    'EUR',
  ];
  const nobody = files.write('fair.csv', 'Email,Name\nnobody,Ana\n');
  expect((await list('import', nobody, '--map', path.join(MAPS, 'mailing-list.yaml'), ...declared)).exitCode).toBe(2);
  expect([
    await context.db.mailingList.count(),
    await context.db.importRun.count({ where: { name: 'mailing-list' } }),
  ]).toEqual([0, 0]);
  files.write('fair.csv', 'Email,Name\nana@fair.example,Ana\nrui@fair.example,Rui\n');
  expect((await list(...words, '--dry-run')).out).toMatch(/^would import +2 {2}contacts$/m);
  expect(await context.db.mailingList.count()).toBe(0);
  expect((await list(...words)).out).toMatch(/^on the list +2 {2}new entries$/m);
  await context.db.$executeRaw`
    UPDATE list_entry SET lead_id = gen_random_uuid(), interest = 'mail.clicked'
    WHERE contact_id = (SELECT id FROM contact WHERE email = 'ana@fair.example')`;
  expect((await list('stats', 'fair')).out).toMatch(
    /^fair +event +2026-03-01 +none +2 +0 +1 +50\.0% +0 +100\.00 EUR +1 mail\.clicked$/m,
  );
  expect((await list('show', 'fair')).out).toMatch(/^evidence +form\.txt, SHA-256 [0-9a-f]{64}$/m);
  expect((await list('ls')).out).toMatch(/^fair /m);
  const other = await list(...words.map((word) => (word === 'event' ? 'bought' : word)), '--json');
  expect([other.exitCode, JSON.parse(other.out).error.code]).toEqual([2, 'VIV_LIST_DIFFERS']);
});
