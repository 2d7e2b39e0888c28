import { untilDone } from '../../src/activities/rounds';
import type { LedgerMoment, MailDeps } from '../../src/activities/send-mail';
import { waitUntil } from '../../src/runtime/processes';
import { testDatabase } from '../support/database';
import { aMailing, type Mailing, mailDeps, sendMail } from '../support/mailing';
import { type Script, type ScriptedSmtp, scriptedSmtp } from '../support/scripted-smtp';

const database = testDatabase();
let server: ScriptedSmtp;
const opened: MailDeps[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ transport }) => transport.close()));
  await server.stop();
});

const serve = async (script: Script = []) => {
  server = await scriptedSmtp(script);
};
function worker(parts: Partial<MailDeps> = {}): MailDeps {
  const deps = mailDeps(database.db, server.url, parts);
  opened.push(deps);
  return deps;
}

/** A worker whose lease is over at once, and that fails at a moment as if its process had ended there. */
const failingAt = (moment: LedgerMoment) =>
  worker({
    leaseMs: 1,
    hooks: {
      at: (now) => {
        if (now === moment) throw new Error(`ended at ${moment}`);
      },
    },
  });

/** A worker whose lease is over at once, and that stands still at a moment until it is told to go on. */
function standingAt(moment: LedgerMoment) {
  let goOn = () => {};
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const at = async (now: LedgerMoment) => {
    if (now !== moment) return;
    arrive();
    await released;
  };
  return { deps: worker({ leaseMs: 1, hooks: { at } }), arrived, goOn };
}

const sendOf = ({ request }: Mailing) => database.db.send.findUniqueOrThrow({ where: { id: request.key } });
const toldOf = async ({ contactId }: Mailing) =>
  (
    await database.db.decision.findMany({
      where: { contactId, kind: { in: ['send', 'unknown'] } },
      orderBy: { seq: 'asc' },
    })
  ).map(({ outcome }) => outcome);
const transactional = { purpose: 'transactional', template: 'receipt', consent: false };

describe('a worker that ends', () => {
  it.each(['begun', 'claimed'] as const)(
    'when the send is %s leaves it to the next, which sends it',
    async (moment) => {
      await serve();
      const mailing = await aMailing(database.db);
      await expect(sendMail(failingAt(moment), mailing)).rejects.toThrow(`ended at ${moment}`);
      await sendMail(worker(), mailing);
      expect(server.messages).toHaveLength(1);
      expect(await sendOf(mailing)).toMatchObject({ status: 'accepted', attempts: 1 });
    },
  );

  it.each(['dispatching', 'replied'] as const)(
    'when it is %s leaves a marketing mail unknown: never a second',
    async (moment) => {
      await serve();
      const mailing = await aMailing(database.db);
      await expect(sendMail(failingAt(moment), mailing)).rejects.toThrow();
      const sent = server.messages.length;
      expect(sent).toBe(moment === 'replied' ? 1 : 0);
      expect(await sendMail(worker(), mailing)).toMatchObject({ move: { stepId: 'rest' } });
      expect(server.messages).toHaveLength(sent);
      expect(await sendOf(mailing)).toMatchObject({
        status: 'unknown',
        reason: 'the server gave no final reply: the worker that was sending it is gone',
      });
      expect(await toldOf(mailing)).toEqual(['unknown']);
    },
  );

  it.each(['dispatching', 'replied'] as const)(
    'when it is %s has a transactional mail sent again, under one Message-ID',
    async (moment) => {
      await serve();
      const mailing = await aMailing(database.db, transactional);
      await expect(sendMail(failingAt(moment), mailing)).rejects.toThrow();
      expect(await sendMail(worker(), mailing)).toMatchObject({ move: { stepId: 'rest' } });
      expect(server.messages).toHaveLength(moment === 'replied' ? 2 : 1);
      expect(new Set(server.messages).size).toBe(1);
      expect(await sendOf(mailing)).toMatchObject({ status: 'accepted', attempts: 2 });
      expect(await toldOf(mailing)).toEqual(['sent again', 'accepted']);
    },
  );

  it('again and again after the server has asked for it has a transactional mail given up as unknown', async () => {
    await serve();
    const mailing = await aMailing(database.db, transactional);
    for (let count = 0; count < 5; count += 1)
      await expect(sendMail(failingAt('dispatching'), mailing)).rejects.toThrow();
    expect(await sendMail(worker(), mailing)).toMatchObject({ move: { stepId: 'rest' } });
    expect(await sendOf(mailing)).toMatchObject({ status: 'unknown', attempts: 5 });
    expect(server.messages).toEqual([]);
  });
});

describe('a worker that was taken for dead', () => {
  it('before it dispatches moves no byte, and learns what the other did', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    const slow = standingAt('claimed');
    const slowTurn = sendMail(slow.deps, mailing);
    await slow.arrived;
    const turn = await sendMail(worker(), mailing);
    slow.goOn();
    expect(await slowTurn).toEqual(turn);
    expect(server.messages).toHaveLength(1);
    expect(await toldOf(mailing)).toEqual(['accepted']);
  });

  it('after the server took the mail still says so, and the journey has gone on once', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    const slow = standingAt('replied');
    const slowTurn = sendMail(slow.deps, mailing);
    await slow.arrived;
    const turn = await sendMail(worker(), mailing);
    expect(await sendOf(mailing)).toMatchObject({ status: 'unknown' });
    slow.goOn();
    expect(await slowTurn).toEqual(turn);
    expect(server.messages).toHaveLength(1);
    expect(await sendOf(mailing)).toMatchObject({ status: 'accepted', response: '250 2.0.0 taken' });
    expect(await toldOf(mailing)).toEqual(['unknown', 'accepted']);
    const { contactId } = mailing;
    expect(await database.db.interaction.count({ where: { contactId, type: 'mail.accepted' } })).toBe(1);
  });
});

test('a slow server does not cost a worker its lease', async () => {
  await serve([{ dot: 'stall' }]);
  const mailing = await aMailing(database.db);
  const first = sendMail(worker({ leaseMs: 60 }), mailing);
  await server.hears('dot');
  const second = sendMail(worker({ leaseMs: 60 }), mailing);
  const leaseEnd = async () => (await sendOf(mailing)).leaseUntil?.getTime() ?? 0;
  const dispatched = await leaseEnd();
  expect(await waitUntil(async () => (await leaseEnd()) > dispatched + 4 * 60, 10_000)).toBe(true); // four leases later
  expect(await sendOf(mailing)).toMatchObject({ status: 'dispatching' });
  server.dropAll();
  expect(await first).toEqual(await second);
  expect(await sendOf(mailing)).toMatchObject({ status: 'unknown' });
});

test('who waits too long for another worker says so, and may try again', async () => {
  const busy = async () => ({ type: 'busy', leftMs: 5 }) as const;
  await expect(untilDone('s', busy, 50)).rejects.toMatchObject({ code: 'VIV_SEND_BUSY', retry: true });
});
