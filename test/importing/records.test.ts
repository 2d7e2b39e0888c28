import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { type CsvRecord, csvRecords } from '../../src/importing/records';
import { collected } from '../support/collected';

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function recordsOf(
  content: string | Buffer,
  { size = 7, mostBytes = 10_000 } = {},
): Promise<readonly CsvRecord[]> {
  return collected(csvRecords(inChunks(Buffer.from(content), size), { delimiter: ',', mostBytes }));
}

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('"', '""', ',', '\n', '\r\n', 'a"b', '"a', '\n\n'),
);
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 });

test('whatever csv-stringify writes comes apart into as many records, in chunks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 9 }), async (rows, end, size) => {
      const lines = rows.map((row) => stringify([row], { record_delimiter: end, quoted_match: /[\r\n]/ }));
      const records = await recordsOf(lines.join(''), { size });
      expect(records.map(({ bytes }) => bytes.toString())).toEqual(lines.map((line) => line.slice(0, -end.length)));
      expect(records.every(({ type }) => type === 'whole')).toBe(true);
    }),
  );
});

test('each record knows the line on which it begins and how many it spans', async () => {
  const records = await recordsOf('a,b\r\n\r\n"1\n2",x\n\nlast,row');
  expect(records.map(({ line, lines, bytes }) => [line, lines, bytes.toString()])).toEqual([
    [1, 1, 'a,b'],
    [3, 2, '"1\n2",x'],
    [6, 1, 'last,row'],
  ]);
});

test('a quote inside a plain field opens nothing', async () => {
  const records = await recordsOf('a 5" disk,x\n"b"c",y\nd,z\n');
  expect(records.map(({ bytes }) => bytes.toString())).toEqual(['a 5" disk,x', '"b"c",y', 'd,z']);
});

test('a record that is too large is let go while it is read, and the next one is whole', async () => {
  const field = Buffer.alloc(10_000_000, 'x');
  const content = Buffer.concat([Buffer.from('1,"'), field, Buffer.from('\n"\n2,b\n')]);
  const records = await recordsOf(content, { size: 65_536 });
  expect(records.map(({ line, type }) => [line, type])).toEqual([
    [1, 'too large'],
    [3, 'whole'],
  ]);
  expect(records.map(({ bytes }) => bytes.length)).toEqual([1000, 3]);
});

test('a quote that is never closed is told with the line on which its record begins', async () => {
  const records = await recordsOf('a,b\n1,"x\n2,y\n3,z\n');
  expect(records.map(({ line, lines, type }) => [line, lines, type])).toEqual([
    [1, 1, 'whole'],
    [2, 3, 'unclosed'],
  ]);
});
