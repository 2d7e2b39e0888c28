import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ERRORS, type ErrorCode, failure, ViveiroError } from '../src/domain/errors';

const ROOT = path.resolve(__dirname, '..');
const page = readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
const [current = '', retired = ''] = page.split(/^## Retired codes$/m);

/** Code, HTTP status, exit code and retry of each row of the page. */
const documented = current.split('\n').flatMap((line) => {
  const cells = line.split('|').map((cell) => cell.trim());
  const [, code] = /^`(VIV_\w+)`$/.exec(cells[1] ?? '') ?? [];
  return code ? [{ code, when: cells[2], fix: cells[3], http: cells[4], exit: cells[5], retry: cells[6] }] : [];
});
const codes = Object.keys(ERRORS) as ErrorCode[]; // Object.keys forgets the names

test('docs/errors.md lists the codes that exist, each once, and no others', () => {
  expect(documented.map(({ code }) => code).toSorted()).toEqual(codes.toSorted());
});

// INV-ERRORS-DOCUMENTED
test.each(codes)('%s is documented as it is: HTTP status, exit code, retry', (code) => {
  const { http, exit, retry } = ERRORS[code];
  expect(documented.find((row) => row.code === code)).toMatchObject({
    http: `${http}`,
    exit: `${exit}`,
    retry: retry ? 'yes' : 'no',
    when: expect.stringMatching(/\.$/),
    fix: expect.stringMatching(/\.$/),
  });
});

test('no retired code is in use', () => {
  const old = [...retired.matchAll(/`(VIV_\w+)`/g)].map(([, code]) => code);
  expect(codes.filter((code) => old.includes(code))).toEqual([]);
});

test('every code is raised somewhere', () => {
  const folder = path.join(ROOT, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('generated') && !name.startsWith(path.join('domain', 'errors')),
  );
  const source = files.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
  expect(codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(source))).toEqual([]);
});

test('an error carries its code, its message and its cause, and what the registry says of it', () => {
  const cause = new Error('EADDRINUSE');
  const error = failure('VIV_PORT_IN_USE', { port: 5432, name: 'PostgreSQL' }, cause);
  expect(error).toBeInstanceOf(ViveiroError);
  expect({ ...error, message: error.message, cause: error.cause }).toEqual({
    name: 'ViveiroError',
    code: 'VIV_PORT_IN_USE',
    message: 'Port 5432 for PostgreSQL is taken. Free it, or choose another port.',
    cause,
    http: 503,
    exit: 3,
    retry: true,
  });
});
