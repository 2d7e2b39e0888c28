import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSequence } from '../../../src/domain/sequence/parse';

const FOLDER = path.join(__dirname, 'broken');

/** What a file's own comments expect: `# VIV_KEY_UNKNOWN` on the line of the problem, `@-2` for two lines above. */
function expected(text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const [, codes = ''] = /# (VIV_.*)$/.exec(line) ?? [];
    return [...codes.matchAll(/(VIV_[A-Z_]+)(?:@(-\d+))?/g)].map(
      ([, code, shift]) => `${index + 1 + Number(shift ?? 0)} ${code}`,
    );
  });
}

const inLineOrder = (found: readonly string[]) =>
  found.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));

it.each(readdirSync(FOLDER))('%s has exactly the problems that it says, each on its line', (name) => {
  const text = readFileSync(path.join(FOLDER, name), 'utf8');
  const parsed = parseSequence(text, name);
  const problems = parsed.type === 'invalid' ? parsed.problems : parsed.warnings;
  const errors = problems.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ line }) => line)).toEqual(errors.map(({ line }) => line).toSorted((a, b) => a - b));
  expect(inLineOrder(errors.map(({ line, code }) => `${line} ${code}`))).toEqual(inLineOrder(expected(text)));
  expect(errors).not.toEqual([]);
  for (const { message, fix, column } of errors) {
    expect(message).not.toMatch(/^$|Invalid input|expected \w+, received/);
    expect(fix).not.toBe('');
    expect(column).toBeGreaterThan(0);
  }
});
