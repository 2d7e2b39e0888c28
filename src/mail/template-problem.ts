import type { Problem } from '../domain/yaml/problem';

/** A problem of a template before its file is known. Lines count from 1, in the file. */
export interface TemplateProblem {
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** What is wrong and what to do, where the line is known by whoever says it. */
export type Said = Omit<TemplateProblem, 'line'>;

/** As problems of any file are told: with file, line, code and what to do. */
export function placedIn(file: string, { line, message, fix }: TemplateProblem): Problem {
  return { severity: 'error', code: 'VIV_TEMPLATE_INVALID', file, line, column: 1, path: '', message, fix };
}
