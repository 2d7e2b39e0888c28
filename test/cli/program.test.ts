import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program';
import { DIST } from '../support/built';
import { viveiro } from '../support/command';

/** All commands that do something, with the words that name them. */
function leaves(command: Command, words: readonly string[] = []): readonly (readonly [string, Command])[] {
  const own = command.commands.filter((one) => one.name() !== 'help');
  return own.length === 0 ? [[words.join(' '), command]] : own.flatMap((one) => leaves(one, [...words, one.name()]));
}
const LEAVES = leaves(createProgram());

test.each(LEAVES)('viveiro %s explains itself with examples', async (name) => {
  const { exitCode, out } = await viveiro([...name.split(' '), '--help']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(new RegExp(`^Usage: viveiro ${name} .*Examples:\n  \\$ .*viveiro ${name}`, 's'));
});

test('the help names every command in its group', async () => {
  const { exitCode, out } = await viveiro(['--help']);
  expect(exitCode).toBe(0);
  expect(out.match(/^[A-Z][a-z ]+:$/gm)).toEqual([
    'Options:',
    'Run it:',
    'Sequences:',
    'Mails:',
    'People:',
    'Sales:',
    'Set up:',
    'More:',
  ]);
  for (const [name] of LEAVES) expect(out).toMatch(new RegExp(`^  ${name.split(' ')[0]} `, 'm'));
});

test('the version is that of the package', async () => {
  expect(await viveiro(['--version'])).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    err: '',
  });
});

test.each([
  ['an unknown command', ['jorneys'], /unknown command 'jorneys'.*Did you mean journeys/s],
  ['no command', [], /Usage: viveiro/],
  ['no subcommand', ['rep'], /Usage: viveiro rep/],
  ['an unknown option', ['journeys', '--colour'], /unknown option '--colour'/],
  ['a missing argument', ['why'], /missing required argument 'contact'/],
  ['a missing option', ['enrol', 'course'], /required option '--contact <email>' not specified/],
  ['a wrong value', ['journeys', '--limit', '0'], /write a whole number from 1 up/],
])('%s is bad usage: exit code 2, told on standard error', async (_, words, problem) => {
  expect(await viveiro(words)).toEqual({ exitCode: 2, out: '', err: expect.stringMatching(problem) });
});

test('with --json an error is also one object on standard output', async () => {
  const { exitCode, out } = await viveiro(['journeys', '--limit', '0', '--json']);
  expect([exitCode, JSON.parse(out)]).toEqual([
    2,
    { error: { code: 'VIV_USAGE', message: expect.stringMatching(/write a whole number from 1 up/) } },
  ]);
  const bare = await viveiro(['rep', '--json']);
  expect([bare.exitCode, JSON.parse(bare.out).error.code]).toEqual([2, 'VIV_USAGE']);
});

test('a registered error is told by code and message, with the exit code of its kind', async () => {
  const wrong = await viveiro(['config'], { VIVEIRO_API_PORT: 'eight' });
  expect(wrong).toEqual({
    exitCode: 2,
    out: '',
    err: expect.stringMatching(/^VIV_CONFIG_INVALID: VIVEIRO_API_PORT: /),
  });
  const missing = await viveiro(['journeys', '--json'], { VIVEIRO_DATABASE_URL: 'postgresql://me:hush@127.0.0.1:1/x' });
  expect(missing.exitCode).toBe(3);
  expect(JSON.parse(missing.out)).toEqual({
    error: { code: 'VIV_POSTGRES_FAILED', message: expect.stringMatching(/^(?!.*hush).*127\.0\.0\.1:1/) },
  });
});

test('an option after -- asks for nothing', async () => {
  const { exitCode, out } = await viveiro(['config', '--', '--json'], { VIVEIRO_API_PORT: 'eight' });
  expect([exitCode, out]).toEqual([2, '']);
});

const command = (...words: readonly string[]) =>
  spawn(process.execPath, [path.join(DIST, 'cli/main.js'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test('as a program of its own it ends with the exit code', async () => {
  const child = command('sequence', 'validate', 'none.yaml', '--json');
  const [out, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect([exitCode, JSON.parse(out)]).toEqual([2, expect.objectContaining({ isValid: false })]);
});

test('a reader that leaves early is no error', async () => {
  const child = command('--help');
  child.stdout.destroy();
  const [err, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect([exitCode, err]).toEqual([0, '']);
});
