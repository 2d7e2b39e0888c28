import type { ErrorCode } from '../errors';

/** Keys and indexes from the root of a document to one value in it. */
export type Path = readonly (string | number)[];

/** What is wrong with a file, told as a compiler tells it. Lines and columns count from 1. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `steps[2].next (step "nudge")`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
}

/** A problem before its place in the text is known. */
export interface Found extends Pick<Problem, 'severity' | 'code' | 'message' | 'fix'> {
  readonly path: Path;
  /** What the line is that of: the value, or its key. */
  readonly at: 'value' | 'key';
}

/** A value that its schema lets pass and that makes no sense all the same. */
export const senseless = (path: Path, message: string, fix: string): Found => ({
  severity: 'error',
  code: 'VIV_VALUE_INVALID',
  path,
  at: 'value',
  message,
  fix,
});

/** `course.yaml:12:7 error VIV_TARGET_MISSING steps[2].next (step "nudge"): goes to "offer", … — did you mean "offers"?` */
export function problemText({ severity, code, file, line, column, path, message, fix }: Problem): string {
  const where = path === '' ? '' : `${path}: `;
  return `${file}:${line}:${column} ${severity} ${code} ${where}${message} — ${fix}`;
}

/** By line, then column, as one reads; stable. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
