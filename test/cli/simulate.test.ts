import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCli } from '../support/cli';

const folder = mkdtempSync(path.join(tmpdir(), 'viveiro-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const simulate = (...words: readonly string[]) => startCli(['simulate', ...words], folder).ended;

test('a sequence is simulated with no server: one JSON object with intervals over the seeds', async () => {
  const { exitCode, stdout } = await simulate(
    'course-nurture',
    '--population',
    '50',
    '--days',
    '40',
    '--seeds',
    '3',
    '--json',
  );
  expect(exitCode).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({
    sequence: 'course-nurture',
    population: { type: 'made-up', people: 50 },
    days: 40,
    seeds: [1, 2, 3],
    totals: { entered: { median: 50, low: 50, high: 50 } },
    behaviour: { measured: [] },
  });
  expect(result.mailsPerDay).toHaveLength(40);
});

test.each([
  [['nobody-knows'], /VIV_SEQUENCE_UNKNOWN/],
  [['missing.yaml'], /VIV_SEQUENCE_INVALID/],
  [['course-nurture', '--population', 'some'], /write a whole number from 1 up, or real/],
  [['course-nurture', '--days', '0'], /write a whole number from 1 to 3650/],
  [['course-nurture', '--behaviour', 'kind'], /write personas or measured/],
])('bad input %j is told with a code, and nothing else', async (words, said) => {
  const { exitCode, stdout, stderr } = await simulate(...words);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(said);
});
