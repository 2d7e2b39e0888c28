import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const SCRIPT = path.join(ROOT, '.ci/run');
const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-ci-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `bash .ci/run` from elsewhere with an npm that only notes how it was called, and fails on one call. */
function runWith({ failingOn = 'nothing' } = {}) {
  const log = path.join(folder, 'log');
  const npm = path.join(folder, 'npm');
  writeFileSync(npm, `#!/bin/sh\necho "$PWD: npm $*" >>"${log}"\n[ "$*" != "${failingOn}" ]\n`);
  chmodSync(npm, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const { status } = spawnSync('bash', [SCRIPT], { cwd: folder, env });
  const calls = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return { status, calls };
}

const STEPS = ['npm ci', 'npm test', 'npm run typecheck', 'npm run lint', 'npm run db:check', 'npm run check:demo'];

test('.ci/run can be run as a program, and by bash from anywhere: what a newcomer types first, then the checks', () => {
  expect(statSync(SCRIPT).mode & 0o111).toBe(0o111);
  const { calls } = runWith();
  expect(calls.slice(0, STEPS.length)).toEqual(STEPS.map((step) => `${ROOT}: ${step}`));
  expect(readFileSync(path.join(ROOT, 'README.md'), 'utf8')).toContain('npm ci && npm test');
});

test.each(STEPS)('a failing %s fails it, and nothing more is run', (step) => {
  const { status, calls } = runWith({ failingOn: step.replace('npm ', '') });
  expect(status).not.toBe(0);
  expect(calls.at(-1)).toBe(`${ROOT}: ${step}`);
});

test('every script that it names exists', () => {
  const named = [...readFileSync(SCRIPT, 'utf8').matchAll(/^\s*npm run (?:-\S+ )?([\w:]+)/gm)].map(
    ([, name = '']) => name,
  );
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
