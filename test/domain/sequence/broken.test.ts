import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { viveiro } from '../../support/command';

const FOLDER = path.join(__dirname, 'broken');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

interface Told {
  readonly severity: string;
  readonly code: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
}
interface Answer {
  readonly isValid: boolean;
  readonly summary: object;
  readonly files: readonly { readonly file: string; readonly problems: readonly Told[] }[];
}

/** What a file's own comments expect: `# VIV_KEY_UNKNOWN` on the line of the problem, `@-2` for two lines above, `@1` for one below. */
function expected(text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const [, codes = ''] = /# (VIV_.*)$/.exec(line) ?? [];
    return [...codes.matchAll(/(VIV_[A-Z_]+)(?:@(-?\d+))?/g)].map(
      ([, code, shift]) => `${index + 1 + Number(shift ?? 0)} ${code}`,
    );
  });
}

const inLineOrder = (found: readonly string[]) =>
  found.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));

// one run over the whole folder, as a person would: its rules stand in it, the templates are the shipped ones
let answer: Answer;
beforeAll(async () => {
  const { out, exitCode, err } = await viveiro(['validate', FOLDER, '--json']);
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: '' });
  answer = JSON.parse(out);
});
const problemsOf = (name: string) => answer.files.find(({ file }) => path.basename(file) === name)?.problems ?? [];

test('there are more than forty broken files, and each is told of', () => {
  expect(FILES.length).toBeGreaterThan(40);
  expect(answer.files.map(({ file }) => path.basename(file))).toEqual(FILES.toSorted());
  const problems = answer.files.flatMap((file) => file.problems);
  const count = (severity: string) => problems.filter((problem) => problem.severity === severity).length;
  expect(answer.isValid).toBe(false);
  expect(answer.summary).toMatchObject({
    files: FILES.length,
    errors: count('error'),
    warnings: count('warning'),
  });
});

test.each(FILES)('%s has exactly the problems that it says, each on its line', (name) => {
  const problems = problemsOf(name);
  expect(problems.map(({ line }) => line)).toEqual(problems.map(({ line }) => line).toSorted((a, b) => a - b));
  const told = problems.map(({ line, code }) => `${line} ${code}`);
  expect(inLineOrder(told)).toEqual(inLineOrder(expected(readFileSync(path.join(FOLDER, name), 'utf8'))));
  expect(problems).not.toEqual([]);
  for (const { message, fix, column } of problems) {
    expect(message).not.toMatch(/^$|Invalid input|expected \w+, received/);
    expect(fix).not.toBe('');
    expect(column).toBeGreaterThan(0);
  }
});

test('as text, each problem stands in a line that an editor can jump to, and a sum at the end', async () => {
  const { out } = await viveiro(['sequence', 'validate', path.join(FOLDER, 'unknown-calendar.yaml')]);
  expect(out.replaceAll(FOLDER, '')).toBe(
    [
      '/unknown-calendar.yaml:6:48 error VIV_CALENDAR_UNKNOWN steps[0].until.calendar (step "open"): there is no calendar "ofice" — did you mean "office"?',
      '/unknown-calendar.yaml:7:46 error VIV_CALENDAR_UNKNOWN steps[1].within (step "rest"): there is no calendar "shop" — known: office',
      '1 file, 0 valid: 2 errors, 0 warnings',
      '',
    ].join('\n'),
  );
});
