import type { ErrorCode } from '../../domain/errors';
import type { Problem } from '../../domain/yaml/problem';
import type { Origin } from './source';

/** What is wrong and what to do, where the place is known by whoever says it. */
export interface Said {
  readonly message: string;
  readonly fix: string;
}

export interface Kind {
  readonly code?: ErrorCode;
  readonly severity?: Problem['severity'];
}

/** As problems of any file are told: with file, line, code and what to do. */
export function problemAt(
  { file, line }: Origin,
  { message, fix }: Said,
  { code = 'VIV_TEMPLATE_INVALID', severity = 'error' }: Kind = {},
): Problem {
  return { severity, code, file, line, column: 1, path: '', message, fix };
}

/** By file, then line, as one reads; what is said twice of one line is said once. */
export function problemsInOrder(problems: readonly Problem[]): readonly Problem[] {
  const once = new Map(problems.map((one) => [[one.file, one.line, one.code, one.message].join('\n'), one]));
  return [...once.values()].toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}
