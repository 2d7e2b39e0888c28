import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const OFFENDING = path.join(__dirname, 'offending');
/** A house of its own with our rules, so that each file lies where its rule looks. */
let house: string;

beforeAll(() => {
  house = mkdtempSync(path.join(tmpdir(), 'viveiro-lint-'));
  for (const item of ['biome.json', 'lint', 'package.json'])
    cpSync(path.join(ROOT, item), path.join(house, item), { recursive: true });
  cpSync(OFFENDING, house, { recursive: true });
});
afterAll(() => rmSync(house, { recursive: true }));

interface Report {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}
interface Diagnostic {
  readonly category: string;
  readonly message: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

/** What biome reports there, errors alone. */
function reports(): Promise<readonly Report[]> {
  const options = [
    'lint',
    '--vcs-enabled=false',
    '--reporter=json',
    '--diagnostic-level=error',
    '--max-diagnostics=1000',
  ];
  return new Promise((resolve) => {
    const biome = path.join(ROOT, 'node_modules/.bin/biome');
    // it exits with 1, as it should: what it printed is what counts
    execFile(biome, [...options, '.'], { cwd: house, maxBuffer: 1e8 }, (_error, stdout) => {
      const { diagnostics }: { readonly diagnostics: readonly Diagnostic[] } = JSON.parse(stdout);
      resolve(
        diagnostics.map(({ category, message, location }) => ({
          file: location.path,
          line: location.start.line,
          rule: category.split('/').at(-1) ?? '',
          message,
        })),
      );
    });
  });
}

interface Expected {
  readonly place: string;
  readonly rule: string;
  readonly words: string;
}

/** What the files themselves expect: `//! rule: words of its message` on the line that must be reported. */
function expected(): readonly Expected[] {
  const files = readdirSync(OFFENDING, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) =>
    readFileSync(path.join(OFFENDING, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        const [, rule, words] = /\/\/! (\w+): (.*)$/.exec(line) ?? [];
        return rule && words ? [{ place: `${file}:${index + 1}`, rule, words }] : [];
      }),
  );
}

const byPlace = (lines: readonly string[]) => [...new Set(lines)].sort();

// INV-ONE-WAY
test('every ban fires on the line that breaks it, and on no other', async () => {
  const wanted = expected();
  const got = await reports();
  expect(byPlace(got.map(({ file, line, rule }) => `${file}:${line} ${rule}`))).toEqual(
    byPlace(wanted.map(({ place, rule }) => `${place} ${rule}`)),
  );
  const silent = wanted.filter(
    ({ place, rule, words }) =>
      !got.some((one) => `${one.file}:${one.line}` === place && one.rule === rule && one.message.includes(words)),
  );
  expect(silent).toEqual([]);
  expect(wanted.length).toBeGreaterThan(100);
});

test('a function of more than 60 lines and a file of more than 300 are reported', async () => {
  const folder = path.join(house, 'src/long');
  mkdirSync(folder);
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `export const n${index} = ${index};\n`);
  const body = (count: number) => `export function long() {\n${'  long();\n'.repeat(count)}}\n`;
  writeFileSync(path.join(folder, 'file.ts'), lines(301).join(''));
  writeFileSync(path.join(folder, 'good-file.ts'), lines(300).join(''));
  writeFileSync(path.join(folder, 'function.ts'), body(61));
  writeFileSync(path.join(folder, 'good-function.ts'), body(58));
  const found = (await reports()).filter(({ file }) => file.startsWith('src/long/'));
  rmSync(folder, { recursive: true });
  expect(byPlace(found.map(({ file, rule }) => `${file} ${rule}`))).toEqual([
    'src/long/file.ts noExcessiveLinesPerFile',
    'src/long/function.ts noExcessiveLinesPerFunction',
  ]);
});

test('every folder of the house has its rule, so that a new one is not free by oversight', () => {
  const { overrides }: { readonly overrides: readonly { readonly includes: readonly string[] }[] } = JSON.parse(
    readFileSync(path.join(ROOT, 'biome.json'), 'utf8'),
  );
  const ruled = overrides.flatMap(({ includes }) =>
    includes.flatMap((glob) => /^src\/(\w+)\/\*\*$/.exec(glob)?.[1] ?? []),
  );
  const folders = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const free = folders.map(({ name }) => name).filter((name) => name !== 'generated' && !ruled.includes(name));
  expect(free).toEqual([]);
});
