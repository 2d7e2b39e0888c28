import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDeliver } from '../../src/activities/deliver';
import type { LedgerMoment, MailDeps } from '../../src/activities/send-mail';
import { newId } from '../../src/domain/ids';
import { type Inbox, startInbox } from '../../src/runtime/inbox/server';
import { listUncertain } from '../../src/store/sends';
import { MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aMailing, mailDeps, sendMail } from '../support/mailing';
import { mailOfRep, type SenderTask, startSender } from '../support/sender';
import { replyKeepingProxy, type SmtpProxy } from '../support/smtp-proxy';

const database = testDatabase();
let folder: string;
let inbox: Inbox;
let proxy: SmtpProxy;
let deps: MailDeps;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-sender-'));
  inbox = await startInbox({ folder, host: '127.0.0.1' });
  deps = mailDeps(database.db, inbox.smtpUrl, { leaseMs: 1 });
});
beforeEach(async () => {
  proxy = await replyKeepingProxy(inbox.smtpUrl);
});
afterEach(() => proxy.stop());
afterAll(async () => {
  await deps?.transport.close();
  await inbox?.stop();
  rmSync(folder, { recursive: true });
});

/** `body`: the server has the whole message and has said so, and the sender has not heard it. */
type Death = LedgerMoment | 'body';

type Task =
  | Pick<SenderTask & { type: 'journey' }, 'type' | 'request'>
  | Pick<SenderTask & { type: 'rep' }, 'type' | 'sendId' | 'now'>;

/** Lets a process of its own begin the task and be killed there. */
async function killedAt(death: Death, task: Task): Promise<void> {
  const where = { databaseUrl: database.url, smtpUrl: death === 'body' ? proxy.url : inbox.smtpUrl };
  const sender = startSender({ ...task, ...where, endAt: death === 'body' ? 'never' : death });
  if (death === 'body') {
    await proxy.kept;
    sender.kill();
  }
  expect(await sender.ended).toBe('SIGKILL');
}

const copiesOf = (sendId: string) => inbox.store.messageIds().filter((id) => id === `<${sendId}@viva.example>`).length;
const statusOf = async (sendId: string) => (await database.db.send.findUniqueOrThrow({ where: { id: sendId } })).status;
const isListed = async (sendId: string) => (await listUncertain(database.db)).some(({ id }) => id === sendId);

interface Expected {
  readonly death: Death;
  /** What the dead process leaves behind. */
  readonly left: string;
  readonly status: string;
  readonly copies: number;
}

describe('a sender that is killed, and another that carries on', () => {
  const marketing: readonly Expected[] = [
    { death: 'begun', left: 'planned', status: 'accepted', copies: 1 },
    { death: 'claimed', left: 'claimed', status: 'accepted', copies: 1 },
    { death: 'dispatching', left: 'dispatching', status: 'unknown', copies: 0 },
    { death: 'body', left: 'dispatching', status: 'unknown', copies: 1 },
    { death: 'replied', left: 'dispatching', status: 'unknown', copies: 1 },
  ];
  // INV-ONE-MAIL
  it.each(marketing)('at "$death" send marketing at most once: $copies, $status', async (expected) => {
    const mailing = await aMailing(database.db);
    const { request } = mailing;
    await killedAt(expected.death, { type: 'journey', request });
    expect(await statusOf(request.key)).toBe(expected.left);
    const turn = await sendMail(deps, mailing);
    expect(turn).toMatchObject({ turn: 2, move: { stepId: 'rest' } });
    expect(await sendMail(deps, mailing)).toEqual(turn);
    expect(copiesOf(request.key)).toBe(expected.copies);
    expect(await statusOf(request.key)).toBe(expected.status);
    expect(await isListed(request.key)).toBe(expected.status === 'unknown');
  });

  const again: readonly Expected[] = [
    { death: 'begun', left: 'planned', status: 'accepted', copies: 1 },
    { death: 'claimed', left: 'claimed', status: 'accepted', copies: 1 },
    { death: 'dispatching', left: 'dispatching', status: 'accepted', copies: 1 },
    { death: 'body', left: 'dispatching', status: 'accepted', copies: 2 },
    { death: 'replied', left: 'dispatching', status: 'accepted', copies: 2 },
  ];
  it.each(again)('at "$death" send what the recipient waits for, with one Message-ID: $copies', async (expected) => {
    const mailing = await aMailing(database.db, { purpose: 'transactional', template: 'receipt', consent: false });
    const { request } = mailing;
    await killedAt(expected.death, { type: 'journey', request });
    expect(await statusOf(request.key)).toBe(expected.left);
    expect(await sendMail(deps, mailing)).toMatchObject({ turn: 2, move: { stepId: 'rest' } });
    expect(copiesOf(request.key)).toBe(expected.copies);
    expect(await statusOf(request.key)).toBe(expected.status);
  });

  it('at "body" send a mail to a rep again, with one Message-ID', async () => {
    const send = { sendId: newId(), now: MONDAY };
    await killedAt('body', { type: 'rep', ...send });
    expect(await statusOf(send.sendId)).toBe('dispatching');
    expect(await isListed(send.sendId)).toBe(true);
    const deliver = () => createDeliver(deps)(send, async () => mailOfRep(send.sendId));
    expect([await deliver(), await deliver()]).toEqual([{ status: 'taken' }, { status: 'taken' }]);
    expect(copiesOf(send.sendId)).toBe(2);
    expect(await statusOf(send.sendId)).toBe('accepted');
  });
});

test('a marketing mail whose journey never comes back is listed from the moment its worker is gone', async () => {
  const { request } = await aMailing(database.db);
  await killedAt('dispatching', { type: 'journey', request });
  expect(await statusOf(request.key)).toBe('dispatching');
  expect(await isListed(request.key)).toBe(true);
});
