import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly suite: string;
  /** Part of the name of a test. */
  readonly test: string;
}

const MUTANTS: readonly Mutant[] = JSON.parse(readFileSync(path.join(ROOT, 'test/mutants/ledger.json'), 'utf8'));

/** Of reports, and of what the runs of the mutants have translated. */
const folder = mkdtempSync(path.join(tmpdir(), 'mutants-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Seen {
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

/** Runs named tests of some suites on the servers of this run; `mutant`: on a changed source. */
async function tested(suites: readonly string[], names: readonly string[], mutant?: string): Promise<Seen> {
  const report = path.join(folder, 'report.json');
  const pattern = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  const words = [
    '--config',
    'jest.mutants.config.cjs',
    '--cacheDirectory',
    folder,
    '--json',
    '--outputFile',
    report,
    '-t',
    pattern,
    ...suites,
  ];
  const child = spawn(process.execPath, ['node_modules/jest/bin/jest.js', ...words], {
    cwd: ROOT,
    env: { ...process.env, MUTANT: mutant ?? '', KILLS: '5' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (bytes) => {
    output += bytes;
  });
  await once(child, 'close');
  const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed, failed, output };
}

test('the tests that must see the mutants pass on the source as it is', async () => {
  const suites = [...new Set(MUTANTS.map(({ suite }) => suite))];
  const { passed, failed, output } = await tested(
    suites,
    MUTANTS.map((one) => one.test),
  );
  expect(output).not.toContain('● Test suite failed to run');
  expect(failed).toBe(0);
  expect(passed).toBeGreaterThanOrEqual(new Set(MUTANTS.map((one) => one.test)).size);
});

test.each(MUTANTS)('$name is caught', async ({ name, suite, test: wanted }) => {
  const { failed, output } = await tested([suite], [wanted], name);
  const caught = failed > 0 && !output.includes('Test suite failed to run');
  process.stderr.write(`${caught ? 'caught' : 'MISSED'}: ${name}: ${suite}: ${wanted}\n`);
  expect(caught ? '' : output).toBe('');
  expect(caught).toBe(true);
});
