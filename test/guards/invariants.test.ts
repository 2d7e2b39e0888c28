import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** Each invariant of the page with the files that hold it. */
const listed = [...read('docs/invariants.md').matchAll(/^\| (INV-[A-Z-]+) \|.*\| (.*) \|$/gm)].map(
  ([, id = '', held = '']) => ({ id, files: [...held.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file) }),
);
const tests = readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`);
/** `id file` for each test that names the invariant it holds, on the line above it. */
const named = tests.flatMap((file) =>
  [...read(file).matchAll(/^ *\/\/ (INV-[A-Z-]+)$/gm)].map(([, id]) => `${id} ${file}`),
);

test('each invariant is held by tests that name it, and each that a test names is listed', () => {
  const wanted = listed.flatMap(({ id, files }) => files.map((file) => `${id} ${file}`));
  expect([...new Set(named)].sort()).toEqual(wanted.toSorted());
  expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
});

test.each(readdirSync(path.join(ROOT, 'docs/decisions')))(
  'the files that docs/decisions/%s names are there',
  (name) => {
    const text = read(`docs/decisions/${name}`);
    const files = [...text.matchAll(/`((?:src|test|scripts|lint|docs)\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    for (const part of ['## Why a choice was needed', '## Options', '## Outcome', '## Confirmation'])
      expect(text).toContain(part);
  },
);

interface Change {
  readonly from: string;
}
const mutants: readonly (Change & { readonly name: string; readonly file: string; readonly also?: Change })[] =
  JSON.parse(read('test/mutants/ledger.json'));

test('each mutant of the ledger changes a place of the source that is there once', () => {
  const places = mutants.flatMap(({ name, file, from, also }) =>
    [from, ...(also ? [also.from] : [])].map((text) => `${name}: ${read(file).split(text).length - 1}`),
  );
  expect(places.filter((place) => !place.endsWith(': 1'))).toEqual([]);
});
