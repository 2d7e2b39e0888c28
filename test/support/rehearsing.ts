import { readConfig } from '../../src/runtime/config';
import { type Content, loadContent } from '../../src/runtime/content';
import { type Inbox, startInbox } from '../../src/runtime/inbox/server';
import { allowRehearsals, type RehearsalPlatform } from '../../src/runtime/rehearsal/platform';
import { type Registration, register } from '../../src/store/registration';
import { syncReps } from '../../src/store/reps';
import { type TestDatabase, testDatabase } from './database';
import { type TestFiles, testFiles } from './files';
import { type TestTemporal, testTemporal } from './temporal';

const DAY = 86_400_000;

/** What the rehearsals of one test file run on: made before its tests, gone after them. */
export interface Rehearsals {
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly files: TestFiles;
  /** From the first test on, as all that follows. */
  readonly content: Content;
  readonly inbox: Inbox;
  readonly platform: RehearsalPlatform;
  /** Someone on record with a lead in the offer `course`; say only what matters. Answers the contact's id. */
  person(email: string, parts?: Partial<Omit<Registration, 'contact'>> & PersonParts): Promise<string>;
}

interface PersonParts {
  readonly contact?: Partial<Registration['contact']>;
}

/** The consent that mails of the shipped sequences need. */
export const AGREED: NonNullable<Registration['consent']> = {
  purpose: 'marketing',
  granted: true,
  basis: 'consent',
  text: 'I want to receive e-mails',
};

/** A database, the server that skips time, an inbox and the shipped content. `adapted`: what is other about it. */
export function testRehearsals(adapted: (shipped: Content) => Content = (shipped) => shipped): Rehearsals {
  let [content, inbox]: [Content | undefined, Inbox | undefined] = [undefined, undefined];
  const ready = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('it is there from the first test on');
    return part;
  };
  // before the servers' own hooks: these run in the order in which they stand
  afterAll(() => inbox?.stop());
  const files = testFiles();
  const database = testDatabase();
  const temporal = testTemporal();
  beforeAll(async () => {
    content = adapted(await loadContent(readConfig({})));
    inbox = await startInbox({ folder: files.path(''), host: '127.0.0.1' });
    await allowRehearsals(temporal.connection, temporal.namespace);
    await syncReps(database.db, content.rules.routing);
  });
  return {
    database,
    temporal,
    files,
    get content() {
      return ready(content);
    },
    get inbox() {
      return ready(inbox);
    },
    get platform() {
      return {
        databaseUrl: database.url,
        temporal,
        inboxSmtpUrl: ready(inbox).smtpUrl,
        mail: {
          from: 'a@example.test',
          postalAddress: 'Here 1',
          publicUrl: 'http://localhost',
          linkSecret: 'x'.repeat(40),
        },
        content: ready(content),
      };
    },
    person: async (email, { contact, ...parts } = {}) => {
      const registered = await register(
        database.db,
        { rules: ready(content).rules },
        {
          idempotencyKey: email,
          at: Date.now() - DAY,
          contact: { email, name: 'Ana', ...contact },
          lead: { offer: 'course', source: 'form' },
          ...parts,
        },
      );
      return registered.contactId;
    },
  };
}
