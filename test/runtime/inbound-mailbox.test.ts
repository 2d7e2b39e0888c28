import { readMailbox, startMailboxReader } from '../../src/runtime/inbound/mailbox';
import { connect as connectDb, disconnect } from '../../src/store/db';
import { LINK_SECRET } from '../support/api';
import { MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { type ImapServer, imapServer } from '../support/imap-server';
import { MAILING } from '../support/mailing';
import { aReport, aSent, aWritten, type Sent } from '../support/returning';

const database = testDatabase(10);
let server: ImapServer;
let stop: () => Promise<void> = async () => undefined;
beforeEach(async () => {
  server = await imapServer();
});
afterEach(() => server.stop());

const options = () => ({
  intake: { db: database.db, turn: MAILING, linkSecret: LINK_SECRET },
  url: server.url,
  maxBytes: 1_000_000,
  clock: () => MONDAY,
});
const read = () => readMailbox(options());
const cameIn = ({ sendId }: Sent) => database.db.inbound.count({ where: { sendId } });

// INV-MAILBOX-ONCE
test('each message of a mailbox is taken once, and nothing in the mailbox is changed', async () => {
  const [one, other] = [await aSent(database.db), await aSent(database.db)];
  server.add(aReport(one));
  server.add(aWritten({ from: 'stranger@nowhere.example' }));
  expect(await read()).toEqual({ taken: 2, isMore: false });
  expect(await read()).toEqual({ taken: 0, isMore: false });
  server.add(aReport(other));
  expect(await read()).toEqual({ taken: 1, isMore: false });
  expect([await cameIn(one), await cameIn(other)]).toEqual([1, 1]);
  expect(server.flags().flat()).toEqual([]);
});

test('two that read it at once take each message once', async () => {
  const mail = await aSent(database.db);
  server.add(aReport(mail));
  await Promise.all([read(), read(), read()]);
  expect(await cameIn(mail)).toBe(1);
  expect(await database.db.interaction.count({ where: { contactId: mail.contactId, type: 'mail.bounced' } })).toBe(1);
});

test('a mailbox with new numbers is read from its beginning, and its old messages count no second time', async () => {
  const [old, fresh] = [await aSent(database.db), await aSent(database.db)];
  server.add(aReport(old));
  await read();
  server.renumber();
  server.add(aReport(fresh));
  expect(await read()).toEqual({ taken: 2, isMore: false });
  expect([await cameIn(old), await cameIn(fresh)]).toEqual([1, 1]);
});

test('what cannot be kept is read again', async () => {
  const mail = await aSent(database.db);
  server.add(aReport(mail));
  const db = connectDb('postgresql://nobody:secret@127.0.0.1:1/none', 1);
  await expect(readMailbox({ ...options(), intake: { ...options().intake, db } })).rejects.toThrow();
  await disconnect(db);
  expect(await read()).toEqual({ taken: 1, isMore: false });
});

test('a wrong password and a server that is gone are told, without the password', async () => {
  const wrong = { ...options(), url: server.url.replace('testpass', 'hushhush') };
  const told = expect.objectContaining({ code: 'VIV_IMAP_FAILED', message: expect.not.stringContaining('hushhush') });
  await expect(readMailbox(wrong)).rejects.toEqual(told);
  await expect(readMailbox({ ...wrong, url: 'imap://ana:hushhush@127.0.0.1:1/INBOX' })).rejects.toEqual(told);
});

test('a reader looks again and again until it is stopped', async () => {
  const mail = await aSent(database.db);
  const problems: unknown[] = [];
  let looks = 0;
  const seen = new Promise<void>((done) => {
    const clock = () => {
      looks += 1;
      if (looks === 3) done();
      return MONDAY;
    };
    const reader = startMailboxReader({
      ...options(),
      clock,
      everyMs: 10,
      onProblem: (problem) => problems.push(problem),
    });
    server.add(aReport(mail));
    stop = reader.stop;
  });
  server.add(aWritten({ from: 'b@nowhere.example', text: 'later' }));
  await seen;
  await stop();
  expect(await cameIn(mail)).toBe(1);
  expect(problems).toEqual([]);
});
