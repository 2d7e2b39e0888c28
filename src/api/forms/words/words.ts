import type { AnswerError } from '../../../domain/forms/answers';

/** What a page says of itself, whoever wrote the form. */
export interface Words {
  readonly required: string;
  readonly choose: string;
  readonly errorTitle: string;
  readonly errorPrefix: string;
  readonly errors: { readonly [T in AnswerError['type']]: string };
  readonly consentMissing: string;
  readonly stale: string;
  readonly used: string;
  /** Of a page that a site of somebody else has filled in. */
  readonly check: string;
  readonly tooMany: string;
  /** For people whose reader shows the trap field. */
  readonly trap: string;
  /** Of the cookie by which questions are not asked twice. */
  readonly remember: string;
  /** Of double opt-in. */
  readonly confirm: string;
  readonly submit: string;
  readonly thanks: string;
  readonly getEbook: string;
  readonly ebookUntil: string;
  readonly getCalendar: string;
  /** `{from}` and `{zone}`. */
  readonly session: string;
  readonly webinarAt: string;
  readonly closedTitle: string;
  readonly closed: string;
  readonly closedSessions: string;
  readonly endedTitle: string;
  readonly ended: string;
  readonly backToForm: string;
  readonly sending: string;
}
