import { CommanderError } from 'commander';
import { failure, ViveiroError } from '../domain/errors';
import { writeJson } from './output';

const EXIT_USAGE = 2; // as for bad input, see the registry

/**
 * Tells what went wrong: message and code on standard error; with `json` also as one object on standard output. Answers the
 * exit code: 1 a fault, 2 bad input, 3 something is missing.
 */
export function tellFailure(error: unknown, { json }: { readonly json: boolean }): number {
  if (error instanceof CommanderError) return tellUsage(error, json);
  const known = error instanceof ViveiroError ? error : failure('VIV_UNEXPECTED', { problem: problemOf(error) }, error);
  process.stderr.write(`${known.code}: ${known.message}\n`);
  if (isDebugging() && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (json) writeJson({ error: { code: known.code, message: known.message } });
  return known.exit;
}

/** Commander has told it already but for the command that is not named, and means help and version as errors of exit code 0. */
function tellUsage({ exitCode, code: kind, message }: CommanderError, json: boolean): number {
  if (exitCode === 0) return 0;
  const isNothingNamed = kind === 'commander.help';
  const said = isNothingNamed ? 'no command is named; --help lists them' : message.replace(/^error: /, '');
  const { code, message: problem } = failure('VIV_USAGE', { problem: said });
  if (isNothingNamed) process.stderr.write(`\n${code}: ${problem}\n`);
  if (json) writeJson({ error: { code, message: problem } });
  return EXIT_USAGE;
}

const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isDebugging = (): boolean => ['debug', 'trace'].includes(process.env.VIVEIRO_LOG_LEVEL ?? '');
