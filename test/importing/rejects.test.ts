import { existsSync, readFileSync, statSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { openRejects } from '../../src/importing/rejects';
import { testFiles } from '../support/files';

const files = testFiles();

test('rejected rows stand with line, code, reason and their cells, none of which a spreadsheet would run', () => {
  const file = files.path('new/rejects.csv');
  const rejects = openRejects({ file, columns: ['name', '=b'], delimiter: ',' });
  const formulas = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', '\uff1dx'];
  rejects.add({
    line: 7,
    row: 6,
    code: 'VIV_ROW_INVALID',
    reason: 'name "=1+1" begins like a formula',
    original: formulas,
  });
  rejects.add({ line: 9, row: 7, code: 'VIV_ROW_INVALID', reason: 'a, "b"', original: ['two\nlines', ''] });
  rejects.close();
  expect(parse(readFileSync(file), { relax_column_count: true })).toEqual([
    ['line', 'row', 'code', 'reason', 'name', "'=b"],
    ['7', '6', 'VIV_ROW_INVALID', 'name "=1+1" begins like a formula', ...formulas.map((text) => `'${text}`)],
    ['9', '7', 'VIV_ROW_INVALID', 'a, "b"', 'two\nlines', ''],
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('without a reject there is no file, and an older one is gone', () => {
  const file = files.write('old.csv', 'of an earlier import');
  openRejects({ file, columns: [], delimiter: ',' }).close();
  expect(existsSync(file)).toBe(false);
});

test('a file that cannot be written is an error that names it', () => {
  const file = files.write('plain', '');
  const open = () => openRejects({ file: `${file}/rejects.csv`, columns: [], delimiter: ',' });
  const add = () => {
    const rejects = open();
    rejects.add({ line: 1, row: 1, code: 'VIV_ROW_INVALID', reason: 'r', original: [] });
    rejects.flush();
  };
  expect(add).toThrow(expect.objectContaining({ code: 'VIV_FILE_UNWRITABLE' }));
});
