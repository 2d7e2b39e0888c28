import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { cellsIn } from '../../src/importing/cells';
import { csvLine, isFormula, neutralised, restored } from '../../src/importing/formulas';
import { checkFile } from '../../src/importing/run';
import { NOON } from '../support/api';
import { testFiles } from '../support/files';
import { aLeadsMap } from '../support/importing';

const files = testFiles();
const contact = { email: '{email}', name: '{name}', attributes: { note: '{note}' } };
const map = aLeadsMap({ contact });

const checked = (content: string | Buffer) =>
  checkFile({ file: files.write('hostile.csv', content), map, rejectsFile: files.path('rejects.csv'), now: NOON });

const HEAD = 'name,email,note\n';
const zip = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(1_000)]);

test.each([
  ['a zip bomb named .csv', zip, /zip archive.*Unpack it.*save it as CSV/],
  ['a gzip bomb named .csv', gzipSync(Buffer.alloc(10_000_000)), /gzip archive.*Unpack it/],
  [
    'an old workbook',
    Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
    /old Excel.*Save it as CSV/,
  ],
  ['a PDF file', '%PDF-1.7\n', /PDF/],
  ['a program', Buffer.concat([Buffer.from('7f454c46', 'hex'), Buffer.alloc(600)]), /program/],
  ['bytes without meaning', Buffer.from(Array.from({ length: 4_000 }, (_, n) => (n * 37) % 251)), /not text/],
  ['nothing but NULs', Buffer.alloc(100_000), /not text/],
])('%s is refused as a whole, with a way out', async (_, content, said) => {
  await expect(checked(content)).rejects.toMatchObject({
    code: 'VIV_CSV_NOT_TEXT',
    message: expect.stringMatching(said),
  });
});

const refused = (row: string | Buffer) =>
  Buffer.concat([Buffer.from(HEAD), Buffer.from(row), Buffer.from('\nEva,eva@x.example,\n')]);

test.each([
  ['a formula for a name', '=cmd|/C calc!A0,a@x.example,', /begins like a formula/],
  ['a formula for an address', 'Ana,+a@x.example,', /begins like a formula/],
  ['a header in an address', '"Ana","a@x.example\nBcc: b@x.example",', /not an e-mail address/],
  ['script in an address', 'Ana,<script>alert(1)</script>@x.example,', /not an e-mail address/],
  ['a NUL in a name', 'A\0na,a@x.example,', /NUL/],
  ['a NUL in an attribute', 'Ana,a@x.example,x\0', /NUL/],
  ['a name of ten megabytes', `${'x'.repeat(10_000_000)},a@x.example,`, /more than 1000000 bytes/],
  ['an attribute of 900 kilobytes', `Ana,a@x.example,${'x'.repeat(900_000)}`, /1000 characters|too big|Too big/i],
  ['half a million cells', `Ana,a@x.example${','.repeat(500_000)}`, /500002 cells, the header 3/],
  ['too few cells', 'Ana', /1 cells, the header 3/],
  ['a stray quote', 'A"na,a@x.example,', /a quote stands where none may/],
  ['bytes that are no UTF-8', Buffer.from([0xc3, 0xa9, 0xff, 0x2c, 0x61, 0x2c]), /not UTF-8/],
])('%s costs its own row, with a reason', async (_, row, reason) => {
  const result = await checked(refused(row));
  expect(result).toMatchObject({ read: 2, imported: 1, rejected: 1 });
  expect(result.firstRejects).toEqual([{ line: 2, code: 'VIV_ROW_INVALID', reason: expect.stringMatching(reason) }]);
  expect(readFileSync(files.path('rejects.csv')).length).toBeLessThan(3_000_000);
});

test.each([
  ['script in a name', '<script>alert(1)</script>,a@x.example,'],
  ['a formula in an attribute', 'Ana,a@x.example,"=HYPERLINK(""http://x"")"'],
  ['line feeds in a quoted cell', '"Ana\nMaria",a@x.example,'],
])('%s is text like any other: what shows it escapes it', async (_, row) => {
  expect(await checked(refused(row))).toMatchObject({ read: 2, imported: 2, rejected: 0 });
});

test('a quote that never closes refuses its row, however much follows', async () => {
  const result = await checked(`${HEAD}Ana,ana@x.example,\nEva,"eva@x.example,\n${'x,y,z\n'.repeat(300_000)}`);
  expect(result).toMatchObject({ read: 2, imported: 1, rejected: 1 });
});

// INV-NO-FORMULA
test('whatever a cell holds, what is written of it runs nowhere, and reads back as what it was', () => {
  const cell = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc
      .tuple(fc.constantFrom("'", "''", '=', '+', '-', '@', '\t', '\r', '\uff1d', '"'), fc.string())
      .map(([a, b]) => a + b),
  );
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 4 }), fc.constantFrom(',', ';', '\t'), (cells, delimiter) => {
      expect(cells.map((one) => isFormula(neutralised(one)))).toEqual(cells.map(() => false));
      const line = csvLine(cells, delimiter);
      expect(cellsIn(line.slice(0, -1), delimiter)?.map(restored)).toEqual(cells);
    }),
  );
});

test('a device and a pipe are no files', async () => {
  const reading = checkFile({ file: '/dev/zero', map, now: NOON });
  await expect(reading).rejects.toMatchObject({ code: 'VIV_FILE_UNREADABLE' });
  expect(existsSync('/dev/zero')).toBe(true);
});
