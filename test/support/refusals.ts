import type { ErrorCode } from '../../src/domain/errors';
import type { Said } from './command';
import type { Answered } from './live';

/** What a message has that says what to do: a verb that asks for something, what may stand there, or that nothing is to be done. */
const WAY_OUT =
  /\bknown: |did you mean|\b(add|allow|ask|brings? back|check|choose|correct|finds?|free|give|import|leave|let|list|look|make|map|move|name|needs?|nothing is to be done|open|print|publish|put|raise|register|remove|run|save|say|see|send|set|split|start|stop|take|try|use|wait|write)s?\b/i;
/** A line of a stack, or the words that other programs say of a fault. */
const FAULT =
  /\n\s+at \S|VIV_UNEXPECTED|TypeError|RangeError|PrismaClient|Invalid `prisma|ENOENT: |Something went wrong/;

export interface Refusal {
  readonly code: ErrorCode;
  /** What the message must say besides its code. */
  readonly says?: RegExp | undefined;
}

/** A command that must be refused; `words` are made when everything runs. */
export type BadCommand = readonly [name: string, words: () => readonly string[], code: ErrorCode, says?: RegExp];
export interface BadCommandCase extends Refusal {
  readonly name: string;
  readonly words: () => readonly string[];
}
export const commands = (all: readonly BadCommand[]): readonly BadCommandCase[] =>
  all.map(([name, words, code, says]) => ({ name, words, code, says }));

/** A request that must be refused; `path` and `body` are made when everything runs. */
export type BadRequest = readonly [
  name: string,
  path: string | (() => string),
  body: () => unknown,
  answer: readonly [status: number, code: ErrorCode],
  says?: RegExp,
];
export interface BadRequestCase extends Refusal {
  readonly name: string;
  readonly path: () => string;
  readonly body: () => unknown;
  readonly status: number;
}
export const requests = (all: readonly BadRequest[]): readonly BadRequestCase[] =>
  all.map(([name, path, body, [status, code], says]) => ({
    name,
    path: typeof path === 'string' ? () => path : path,
    body,
    status,
    code,
    says,
  }));

/** A command that refuses: exit code 2 unless told, the code, a message with a way out, and no fault. */
export function expectRefused(
  { exitCode, out, err }: Said,
  { code, says, exit = 2 }: Refusal & { exit?: number },
): void {
  const told = `${out}${err}`;
  expect({ exitCode, told }).toEqual({ exitCode: exit, told: expect.stringContaining(code) });
  expect(told).not.toMatch(FAULT);
  expect(told.replaceAll(/VIV_\w+/g, '')).toMatch(WAY_OUT);
  if (says) expect(told).toMatch(says);
}

interface Problem {
  readonly detail?: string;
}

/** An answer that refuses, as RFC 9457 asks: the status twice, the code, a detail with a way out. */
export function expectProblem(
  { status: given, type, body }: Answered,
  { code, says, status }: Refusal & { status: number },
): void {
  expect({ given, type, body }).toEqual({
    given: status,
    type: expect.stringMatching(/^application\/problem\+json/),
    body: expect.objectContaining({
      status,
      code,
      title: expect.any(String),
      instance: expect.stringMatching(/^urn:uuid:/),
    }),
  });
  const { detail = '' } = body as Problem; // it was just looked at
  expect(detail).not.toMatch(FAULT);
  expect(detail).toMatch(WAY_OUT);
  if (says) expect(detail).toMatch(says);
}
