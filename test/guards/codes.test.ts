import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ERRORS, type ErrorCode } from '../../src/domain/errors';

const TESTS = path.resolve(__dirname, '..');

/** Codes that no test causes, each with its reason. */
const NOT_CAUSED: { readonly [C in ErrorCode]?: string } = {
  VIV_CONDITION_INVALID:
    'the last line behind the schema of conditions, which refuses the same paths with line and fix',
  VIV_MIGRATION_FAILED: 'a fault of ours: no input makes a shipped migration fail',
  VIV_TEMPORAL_FAILED: 'a fault of the machine',
  VIV_NO_TIME_SKIPPING: 'asks for a Temporal server that cannot skip time',
  VIV_NO_INBOX: 'is told of a system of an earlier version, which had not announced its inbox',
  VIV_REHEARSAL_STALLED: 'takes three minutes in which nothing moves',
};

/** Sources of tests, and files whose comments say which problems they have, but those that only look at the registry. */
const sources = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(test\.ts|yaml)$/.test(name) && !['errors.test.ts', 'guards/codes.test.ts'].includes(name))
  .map((name) => readFileSync(path.join(TESTS, name), 'utf8'))
  .join('\n');
const isCaused = (code: string): boolean => new RegExp(`\\b${code}\\b`).test(sources);
const codes = Object.keys(ERRORS) as ErrorCode[]; // Object.keys forgets the names

test('every error of the registry is caused by a test, or stands here with the reason why not', () => {
  expect(codes.filter((code) => !isCaused(code) && NOT_CAUSED[code] === undefined)).toEqual([]);
});

test('what is caused needs no reason', () => {
  expect(codes.filter((code) => isCaused(code) && NOT_CAUSED[code] !== undefined)).toEqual([]);
});
