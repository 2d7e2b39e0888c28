import { type AnyRow, type CsvOptions, openCsv } from '../../src/importing/rows';
import { collected } from '../support/collected';
import { testFiles } from '../support/files';

const files = testFiles();

async function read(content: string | Buffer, options: Partial<CsvOptions> = {}) {
  const { columns, rows } = await openCsv(files.write('rows.csv', content), {
    needs: ['name'],
    delimiter: ',',
    ...options,
  });
  return { columns, rows: await collected(rows) };
}

/** What a test looks at: the cells of a good row, the reason of a bad one. */
const told = (row: AnyRow) => ('cells' in row ? Object.fromEntries(row.cells) : [row.line, row.number, row.reason]);

test('rows are read by their column names, with their line and number', async () => {
  const { columns, rows } = await read('\ufeffname,"say ""hi"""\r\nAna,"two\r\nlines"\r\n\r\nRui,x\r\n');
  expect(columns).toEqual(['name', 'say "hi"']);
  expect(rows.map(({ line, number }) => [line, number])).toEqual([
    [2, 1],
    [5, 2],
  ]);
  expect(rows.map(told)).toEqual([
    { name: 'Ana', 'say "hi"': 'two\r\nlines' },
    { name: 'Rui', 'say "hi"': 'x' },
  ]);
});

test('each bad row is told with line and reason, and the others are read', async () => {
  const latin1 = Buffer.from('Jos\u00e9,2\n', 'latin1');
  const large = Buffer.alloc(10_000_000, 'x');
  const content = Buffer.concat([
    Buffer.from('name,b\nAna,1\n'),
    latin1,
    Buffer.from('too,many,cells\nfew\na"b,5\n"a"b,6\n'),
    large,
    Buffer.from('\n\u00c9va,7\n'),
  ]);
  const { rows } = await read(content);
  expect(rows.map(told)).toEqual([
    { name: 'Ana', b: '1' },
    [3, 2, expect.stringMatching(/UTF-8/)],
    [4, 3, expect.stringMatching(/3 cells, the header 2/)],
    [5, 4, expect.stringMatching(/1 cells, the header 2/)],
    [6, 5, expect.stringMatching(/quote/)],
    [7, 6, expect.stringMatching(/quote/)],
    [8, 7, expect.stringMatching(/more than 1000000 bytes/)],
    { name: '\u00c9va', b: '7' },
  ]);
  expect(rows[1]?.original).toEqual(['Jos\ufffd', '2']);
});

test('a row that may have swallowed others says so', async () => {
  const { rows } = await read('name,b\nAna,"1\nRui,2\nEva,3" x\nIda,4\nIvo,"5\nLia,6\n');
  expect(rows.map((row) => ('hidesRows' in row ? row.hidesRows : 'good'))).toEqual([true, 'good', true]);
  expect(rows.map(({ line }) => line)).toEqual([2, 5, 6]);
});

test.each([
  ['UTF-8 with its mark', Buffer.from('\ufeffname,b\nJos\u00e9,1\n')],
  ['UTF-16, little end first', Buffer.from('\ufeffname,b\nJos\u00e9,1\n', 'utf16le')],
  ['UTF-16, big end first', Buffer.from('\ufeffname,b\nJos\u00e9,1\n', 'utf16le').swap16()],
  ['UTF-16 without a mark', Buffer.from('name,b\nJos\u00e9,1\n', 'utf16le')],
  ['Windows-1252', Buffer.from('name,b\nJos\u00e9,1\n', 'latin1')],
])('the encoding is found: %s', async (_, content) => {
  expect((await read(content)).rows.map(told)).toEqual([{ name: 'Jos\u00e9', b: '1' }]);
});

test('an encoding that is named is taken', async () => {
  const content = Buffer.from('name,b\n\u00a31,1\n'); // both UTF-8 and, read so, Windows-1252
  expect((await read(content, { encoding: 'windows-1252' })).rows.map(told)).toEqual([
    { name: '\u00c2\u00a31', b: '1' },
  ]);
});

test.each([
  [';', 'name;b\n"Ana; 1";1,5\n', 'Ana; 1'],
  ['tab', 'name\tb\nAna, 1\t2\n', 'Ana, 1'],
  ['|', 'a|b|name\n1|2|Ana;1\n', 'Ana;1'],
])('the delimiter is found: %s', async (_, content, name) => {
  const [row] = (await read(content, { delimiter: undefined })).rows;
  expect(row && 'cells' in row ? row.cells.get('name') : row).toBe(name);
});

test('another delimiter is taken', async () => {
  expect((await read('name;b\nAna;1,5\n', { delimiter: ';' })).rows.map(told)).toEqual([{ name: 'Ana', b: '1,5' }]);
});

test.each([
  ['nothing at all', '', /empty; it needs a header row/],
  ['no mapped column', 'nome,b\nAna,1\n', /no column "name".*Its columns: nome, b\.$/],
  ['another delimiter', 'name;b\nAna;1\n', /Its columns: name;b\. If they stand in one, set `delimiter`/],
  ['a mapped column twice', 'name,name\nAna,1\n', /two columns are called "name"/],
  ['more columns than anybody needs', `name${',x'.repeat(1_000)}\n`, /1001 columns, more than 1000/],
  ['a header that never ends', `name,"${'x'.repeat(2_000_000)}`, /the header row: .*never closed/],
])('a file with %s is refused as a whole', async (_, content, problem) => {
  await expect(read(content)).rejects.toMatchObject({
    code: 'VIV_CSV_INVALID',
    message: expect.stringMatching(problem),
  });
});

test('a file that is not there, and a folder, are refused', async () => {
  const open = (file: string) => openCsv(file, { needs: [], delimiter: ',' });
  await expect(open(files.path('none.csv'))).rejects.toMatchObject({
    code: 'VIV_FILE_UNREADABLE',
    message: expect.stringMatching(/none\.csv.*no such file/),
  });
  await expect(open(files.path('.'))).rejects.toMatchObject({ code: 'VIV_FILE_UNREADABLE' });
});
