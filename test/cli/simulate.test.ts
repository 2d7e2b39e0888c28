import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  [['course-nurture', '--beside', 'nobody-knows'], /VIV_SEQUENCE_UNKNOWN/],
  [['course-nurture', '--pause', '2d..3d:skip:nobody-knows'], /VIV_SEQUENCE_UNKNOWN/],
])('bad input %j is told with a code, and nothing else', async (words, said) => {
  const { exitCode, stdout, stderr } = await simulate(...words);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(said);
});

const PEOPLE = 'timeZone,attributes.age\nAmerica/Sao_Paulo,34\nNowhere/Else,3\nEurope/Lisbon,51\n';
const withFile = (...words: readonly string[]) => {
  const file = path.join(folder, 'people.csv');
  writeFileSync(file, PEOPLE);
  return simulate('course-nurture', '--population', file, '--days', '5', '--seeds', '1', '--json', ...words);
};

test('a bad row of a file lets nothing be simulated', async () => {
  const { exitCode, stdout } = await withFile();
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout).error).toEqual({
    code: 'VIV_POPULATION_INVALID',
    message: expect.stringMatching(/\nline 3: timeZone.*\n.*--skip-bad-rows/),
  });
});

test('the people of a file go through it, without the bad rows if that is asked', async () => {
  const { stdout } = await withFile('--skip-bad-rows');
  expect(JSON.parse(stdout)).toMatchObject({
    population: { type: 'listed', people: 2, badRows: 1 },
    totals: { entered: { median: 2 }, mails: { median: expect.any(Number) } },
  });
});
