import path from 'node:path';
import type { SendRequest } from '../../src/activities/begin-send';
import { createSendMail, type MailDeps } from '../../src/activities/send-mail';
import { loadTemplates } from '../../src/mail/templates';
import { recordConsent } from '../../src/store/consents';
import { type Db, transaction } from '../../src/store/db';
import { readJourney } from '../../src/store/journeys';
import type { SequenceVersion } from '../../src/store/sequences';
import { DAY, MONDAY } from './builders';
import type { TestDatabase } from './database';
import { aJourney, published, type Someone } from './journeys';
import { mailDepsWith } from './mail-deps';
import { type Script, type ScriptedSmtp, scriptedSmtp } from './scripted-smtp';

export { MAILING } from './mail-deps';

export const TEMPLATES = loadTemplates(path.resolve(__dirname, '../mail/fixtures'));
/** What mail activities work with, sending to `smtpUrl`. */
export const mailDeps = (db: Db, smtpUrl: string, parts: Partial<MailDeps> = {}): MailDeps =>
  mailDepsWith(TEMPLATES, { db, smtpUrl, parts });

/** A scripted mail server, and what sends to it. */
export interface MailServing {
  /** Starts a server for this test; it is gone after it. */
  serve(script?: Script, parts?: Partial<MailDeps>): Promise<void>;
  /** From `serve` on, as `deps`. */
  readonly server: ScriptedSmtp;
  readonly deps: MailDeps;
}

/** For one test file; each test that mails calls `serve` first. */
export function testMailServing(database: TestDatabase): MailServing {
  let serving: { readonly server: ScriptedSmtp; readonly deps: MailDeps } | undefined;
  const served = () => {
    if (serving === undefined) throw new Error('serve() comes first');
    return serving;
  };
  afterEach(async () => {
    await serving?.deps.transport.close();
    await serving?.server.stop();
    serving = undefined;
  });
  return {
    async serve(script = [], parts = {}) {
      const server = await scriptedSmtp(script);
      serving = { server, deps: mailDeps(database.db, server.url, parts) };
    },
    get server() {
      return served().server;
    },
    get deps() {
      return served().deps;
    },
  };
}

export interface Mailing extends Someone {
  readonly journeyId: string;
  readonly version: SequenceVersion;
  /** What its workflow would ask for. */
  readonly request: SendRequest;
}

interface MailingOptions {
  readonly template?: string;
  readonly purpose?: string;
  readonly consent?: boolean;
  /** Of the sequence. */
  readonly parts?: object;
  /** In place of one of its own. */
  readonly version?: SequenceVersion;
}

/** A journey that stands at its first mail; what follows is a wait of two days and an end. */
export async function aMailing(db: Db, options: MailingOptions = {}): Promise<Mailing> {
  const { purpose = 'marketing', consent = true } = options;
  const version = options.version ?? (await aSequence(db, options));
  const who = await aJourney(db, version);
  if (consent) await allow(db, who.contactId, purpose);
  return { ...who, version, request: await requestOf(db, who.journeyId) };
}

function aSequence(
  db: Db,
  { template = 'hello', purpose = 'marketing', parts }: MailingOptions,
): Promise<SequenceVersion> {
  const steps = [
    { id: 'first', type: 'mail', template },
    { id: 'rest', type: 'wait', for: '2d' },
    { id: 'done', type: 'end' },
  ];
  return published(db, { purpose, steps, ...parts });
}

/** The newest word of a contact about a purpose. */
export async function allow(db: Db, contactId: string, purpose = 'marketing', granted = true): Promise<void> {
  const basis = 'consent' as const;
  const consent = { contactId, purpose, granted, basis, text: 'Send me news', source: 'form', at: MONDAY - DAY };
  await transaction(db, (tx) => recordConsent(tx, consent));
}

/** What the workflow of a journey asks for, now that it stands at a mail. */
export async function requestOf(db: Db, journeyId: string, now = MONDAY): Promise<SendRequest> {
  const { turn, last } = await transaction(db, (tx) => readJourney(tx, journeyId));
  if (last.move.type !== 'perform') throw new Error(`the journey stands at no effect but ${last.move.type}`);
  return { journeyId, turn, stepId: last.move.stepId, key: last.move.effect.key, now };
}

export const sendMail = (deps: MailDeps, { request }: Pick<Mailing, 'request'>) =>
  createSendMail(deps).sendMail(request);
