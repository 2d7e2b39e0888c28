import { Client } from 'pg';
import { createSendAgain } from '../../src/activities/send-again';
import type { LedgerMoment, MailDeps } from '../../src/activities/send-mail';
import { newId } from '../../src/domain/ids';
import { waitUntil } from '../../src/runtime/processes';
import { type Db, transaction } from '../../src/store/db';
import { createReplyNotes, noteReplies } from '../../src/store/reply-notes';
import { listAttempts } from '../../src/store/send-attempts';
import { renewLease } from '../../src/store/send-ledger';
import { type AskedAgain, askAgain } from '../../src/store/send-record';
import { listUncertain, readSend } from '../../src/store/sends';
import { sweepSends } from '../../src/store/sweep-sends';
import { takeTurn } from '../../src/store/turn';
import { HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { jobsIn } from '../support/journeys';
import { allow, aMailing, MAILING, type Mailing, requestOf, sendMail, testMailServing } from '../support/mailing';

const database = testDatabase(10);
const post = testMailServing(database);
const LEASE_MS = 200;

const aTransactionalMail = () =>
  aMailing(database.db, { purpose: 'transactional', template: 'receipt', consent: false });
const rowOf = ({ request }: Mailing) => database.db.send.findUniqueOrThrow({ where: { id: request.key } });
const attemptsOf = async ({ request }: Mailing) =>
  (await listAttempts(database.db, request.key)).map(({ outcome, reached }) => `${outcome} ${reached}`);
const toldOf = async ({ contactId }: Mailing, outcome: string) =>
  (await database.db.decision.findMany({ where: { contactId, outcome } })).map(({ reason }) => reason);
const isListed = async ({ request }: Mailing) =>
  (await listUncertain(database.db)).some(({ id }) => id === request.key);
const whenFree = ({ request }: Mailing) =>
  waitUntil(async () => (await transaction(database.db, (tx) => readSend(tx, request.key)))?.leaseLeftMs === 0, 5_000);

/** The goal of a journey, and how it is reached: the turn that it takes then. */
const GOAL = { goal: { name: 'big', when: { fact: 'contact.attributes.size', atLeast: 10 } } };
async function reachesGoal({ contactId, journeyId }: Mailing): Promise<void> {
  await database.db.contact.update({ where: { id: contactId }, data: { attributes: { size: 12 } } });
  const now = MONDAY + HOUR / 12;
  const { move } = await transaction(database.db, (tx) => takeTurn(tx, MAILING, { journeyId, turn: 2, now }));
  expect(move).toEqual({ type: 'end', outcome: 'goal' });
}

/** Its worker is lost at the moment, and comes back no more. */
const lostAt = (moment: LedgerMoment, mailing: Mailing) =>
  expect(
    sendMail(
      at(moment, () => Promise.reject(new Error('gone'))),
      mailing,
    ),
  ).rejects.toThrow('gone');

/** The server has taken the message, and its worker hears nothing more: another one must know what to do. */
async function lostAfterBody(mailing: Mailing): Promise<void> {
  await lostAt('replied', mailing);
  expect(await whenFree(mailing)).toBe(true);
}

/** What happens at the first time that a send comes to the moment. */
function at(moment: LedgerMoment, what: () => Promise<unknown>, parts: Partial<MailDeps> = {}): MailDeps {
  let isDone = false;
  const hook = async (now: LedgerMoment) => {
    if (now !== moment || isDone) return;
    isDone = true;
    await what();
  };
  return { ...post.deps, leaseMs: LEASE_MS, hooks: { at: hook }, ...parts };
}

/** Ends every other session of this database, as a server does that is restarted. */
async function endSessions(): Promise<void> {
  const client = new Client(database.url);
  await client.connect();
  await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`);
  await client.end();
}

/** A worker whose try failed is asked again by Temporal. */
async function asked(deps: MailDeps, mailing: Mailing): Promise<void> {
  await sendMail(deps, mailing).catch(() => undefined);
  expect(
    await waitUntil(
      () =>
        sendMail(deps, mailing).then(
          () => true,
          () => false,
        ),
      10_000,
    ),
  ).toBe(true);
}

describe('sessions of PostgreSQL that end', () => {
  beforeEach(() => post.serve());

  it.each(['claiming', 'claimed', 'asked'] as const)('at "%s" cost nothing: the mail goes out once', async (moment) => {
    const mailing = await aMailing(database.db);
    await asked(at(moment, endSessions), mailing);
    expect(await rowOf(mailing)).toMatchObject({ status: 'accepted' });
    expect(post.server.messages).toHaveLength(1);
  });

  it('at "dispatching", before a byte has left, cost nothing that is not on record', async () => {
    const mailing = await aMailing(database.db);
    await asked(at('dispatching', endSessions), mailing);
    expect(['accepted', 'unknown']).toContain((await rowOf(mailing)).status);
    expect(post.server.messages).toHaveLength(1);
  });

  it('in the transaction that settles a mail leave it in doubt: held, and listed', async () => {
    const mailing = await aMailing(database.db);
    await asked(at('settling', endSessions), mailing);
    expect(await rowOf(mailing)).toMatchObject({ status: 'unknown' });
    expect(await isListed(mailing)).toBe(true);
    expect(post.server.messages).toHaveLength(1);
  });

  it('in the transaction that settles a mail leave no doubt when its reply is noted', async () => {
    const mailing = await aMailing(database.db);
    const replies: MailDeps['replies'] = {
      async whileSettling(claim, reply, settle) {
        await noteReplies(database.db, [{ ...claim, reply }]);
        return settle();
      },
    };
    await asked(at('settling', endSessions, { replies }), mailing);
    expect(await rowOf(mailing)).toMatchObject({ status: 'accepted', heard: null, attempts: 1 });
    expect(await attemptsOf(mailing)).toEqual(['accepted replied']);
    expect(post.server.messages).toHaveLength(1);
  });
});

describe('a final reply', () => {
  it('is noted while its send waits to be settled, and is gone when it is', async () => {
    await post.serve();
    const mailing = await aMailing(database.db);
    const isNoted = () => rowOf(mailing).then(({ heard }) => heard !== null);
    let wasNoted = false;
    const notes = createReplyNotes(database.db);
    const replies: MailDeps['replies'] = {
      whileSettling: (claim, reply, settle) =>
        notes.whileSettling(claim, reply, async () => {
          wasNoted = await waitUntil(isNoted, 5_000);
          return settle();
        }),
    };
    await sendMail({ ...post.deps, replies }, mailing);
    expect(wasNoted).toBe(true);
    expect(await rowOf(mailing)).toMatchObject({ status: 'accepted', heard: null });
  });

  it('that is noted settles a send which nobody comes back to, and is in no doubt meanwhile', async () => {
    await post.serve();
    const mailing = await aMailing(database.db);
    await lostAfterBody(mailing);
    const { leaseToken } = await rowOf(mailing);
    const reply = { type: 'accepted', response: '250 taken' } as const;
    await noteReplies(database.db, [{ sendId: mailing.request.key, token: newId(), reply }]);
    expect(await isListed(mailing)).toBe(true); // of another claim
    await noteReplies(database.db, [{ sendId: mailing.request.key, token: leaseToken ?? '', reply }]);
    expect(await isListed(mailing)).toBe(false);
    await end(database.db, mailing);
    await sweepSends(database.db, MAILING, { now: MONDAY + HOUR });
    expect(await rowOf(mailing)).toMatchObject({ status: 'accepted', heard: null });
    expect(
      await database.db.interaction.count({ where: { contactId: mailing.contactId, type: 'mail.accepted' } }),
    ).toBe(1);
  });
});

describe('a clock of the database that jumps', () => {
  beforeEach(() => post.serve());
  const jump = (mailing: Mailing, hours: number) =>
    database.db
      .$executeRaw`UPDATE send SET lease_until = lease_until - ${hours} * interval '1 hour' WHERE id = ${mailing.request.key}::uuid`;

  it('ahead, while a mail is claimed, lets another worker send it, and the first one sends nothing', async () => {
    const mailing = await aMailing(database.db);
    const another = async () => {
      await jump(mailing, 1);
      await sendMail(post.deps, mailing);
    };
    await sendMail(at('claimed', another, { leaseMs: 60_000 }), mailing);
    expect(await rowOf(mailing)).toMatchObject({ status: 'accepted' });
    expect(await attemptsOf(mailing)).toEqual(['lost claimed', 'accepted replied']);
    expect(post.server.messages).toHaveLength(1);
  });

  it('ahead, while its body is under way, makes another worker give it up, until the first one hears the reply', async () => {
    const mailing = await aMailing(database.db);
    let between = '';
    const another = async () => {
      await jump(mailing, 1);
      await sendMail(post.deps, mailing);
      between = (await rowOf(mailing)).status;
    };
    await sendMail(at('dispatching', another, { leaseMs: 60_000 }), mailing);
    expect([between, (await rowOf(mailing)).status]).toEqual(['unknown', 'accepted']);
    expect(await attemptsOf(mailing)).toEqual(['accepted replied']); // what was taken for lost
    expect(post.server.messages).toHaveLength(1);
  });

  it('back, leaves no send of a dead worker behind for as long', async () => {
    const mailing = await aMailing(database.db);
    await lostAt('claimed', mailing);
    await jump(mailing, -2);
    await sendMail(post.deps, mailing);
    expect(await rowOf(mailing)).toMatchObject({ status: 'accepted' });
  });

  it('back, takes nothing from a worker that lives: it renews its lease by the new clock', async () => {
    const mailing = await aMailing(database.db);
    await lostAt('claimed', mailing);
    const { leaseToken } = await rowOf(mailing);
    await jump(mailing, -2);
    const claim = { sendId: mailing.request.key, token: leaseToken ?? '', messageId: '' };
    expect(await renewLease(database.db, claim, 60_000)).toBe(true);
    const row = await transaction(database.db, (tx) => readSend(tx, mailing.request.key));
    expect(row?.leaseLeftMs).toBeGreaterThan(0);
    expect(row?.leaseLeftMs).toBeLessThanOrEqual(60_000);
  });
});

test('a worker that lives keeps its send, however slow its server is', async () => {
  await post.serve();
  const mailing = await aMailing(database.db);
  const { key: sendId } = mailing.request;
  const until = async () => (await rowOf(mailing)).leaseUntil?.getTime() ?? 0;
  let isKept = false;
  const slow = async () => {
    const begun = await until();
    isKept = await waitUntil(async () => (await until()) > begun + 2 * LEASE_MS, 3_000);
    expect((await transaction(database.db, (tx) => readSend(tx, sendId)))?.leaseLeftMs).toBeGreaterThan(0);
  };
  await sendMail(at('dispatching', slow), mailing);
  expect(isKept).toBe(true);
  expect(await rowOf(mailing)).toMatchObject({ status: 'accepted' });
});

describe('a transactional mail that goes out again', () => {
  it('says so, and that it reads differently when what it is made of has changed', async () => {
    await post.serve();
    const [same, changed] = [await aTransactionalMail(), await aTransactionalMail()];
    for (const mailing of [same, changed]) await lostAfterBody(mailing);
    await database.db.contact.update({ where: { id: changed.contactId }, data: { name: 'Another Name' } });
    for (const mailing of [same, changed]) await sendMail(post.deps, mailing);
    expect(await toldOf(same, 'sent again')).toEqual([
      'the server gave no final reply: the worker that was sending it is gone; the same Message-ID marks the copy',
    ]);
    expect(await toldOf(changed, 'sent again')).toEqual([
      expect.stringMatching(/the copy; it reads differently by now/),
    ]);
    const hashes = (await listAttempts(database.db, changed.request.key)).map(({ bodyHash }) => bodyHash);
    expect(hashes).toEqual([expect.any(String), expect.any(String)]);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('is in doubt, not skipped, when it may not go out again', async () => {
    await post.serve([{ dot: 'drop' }]);
    const mailing = await aTransactionalMail();
    await sendMail(post.deps, mailing);
    expect(await rowOf(mailing)).toMatchObject({ status: 'deferred' });
    const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: mailing.contactId } });
    await database.db.suppression.create({ data: { email, reason: 'complaint', at: new Date(MONDAY) } });
    const { journeyId } = mailing;
    const now = MONDAY + HOUR / 12;
    await transaction(database.db, (tx) => takeTurn(tx, MAILING, { journeyId, turn: 2, now }));
    await sendMail(post.deps, { request: await requestOf(database.db, journeyId, now) });
    expect(await rowOf(mailing)).toMatchObject({
      status: 'unknown',
      reason: expect.stringMatching(/no final reply: .*; it is not sent again: the address is suppressed/),
    });
    expect(await isListed(mailing)).toBe(true);
    expect(post.server.messages).toHaveLength(1);
  });
});

test('a transactional mail is in doubt, not dropped, when its journey ends', async () => {
  await post.serve([{ dot: 'drop' }]);
  const mailing = await aMailing(database.db, {
    purpose: 'transactional',
    template: 'receipt',
    consent: false,
    parts: GOAL,
  });
  await sendMail(post.deps, mailing);
  await reachesGoal(mailing);
  expect(await rowOf(mailing)).toMatchObject({ status: 'unknown' });
  expect(await isListed(mailing)).toBe(true);
});

describe('a mail in doubt that a person asks for again', () => {
  /** In doubt since the server broke off, and asked for; answers the job that the worker then gets. */
  async function askedFor(): Promise<{ readonly mailing: Mailing; readonly job: AskedAgain }> {
    const mailing = await aMailing(database.db);
    await sendMail(post.deps, mailing);
    expect(await rowOf(mailing)).toMatchObject({ status: 'unknown' });
    const { key: sendId } = mailing.request;
    await askAgain(database.db, { sendId, reason: 'nothing came', now: MONDAY + HOUR });
    const jobs = await jobsIn(database.db);
    const job = jobs.map(({ payload }) => payload as AskedAgain).find((one) => one.sendId === sendId); // of one of its tasks
    if (!job) throw new Error('there is no such job');
    return { mailing, job };
  }
  const again = (job: AskedAgain) => createSendAgain(post.deps, () => MONDAY + 2 * HOUR)(job);

  it('goes out once more under its Message-ID, once for each asking, and is then accepted', async () => {
    await post.serve([{ dot: 'drop' }]);
    const { mailing, job } = await askedFor();
    await again(job);
    await again(job);
    expect(post.server.messages).toHaveLength(2);
    for (const message of post.server.messages) expect(message).toContain(`Message-ID: <${job.sendId}@viva.example>`);
    expect(await rowOf(mailing)).toMatchObject({ status: 'accepted' });
    expect(await attemptsOf(mailing)).toEqual(['uncertain dispatching', 'accepted replied']);
    expect(await toldOf(mailing, 'asked for again')).toEqual(['by hand: nothing came']);
    expect(await toldOf(mailing, 'sent again')).toEqual(['a person has asked for it']);
    expect(
      await database.db.interaction.count({ where: { contactId: mailing.contactId, type: 'mail.accepted' } }),
    ).toBe(1);
    await expect(askAgain(database.db, { sendId: job.sendId, reason: 'more', now: MONDAY })).rejects.toMatchObject({
      code: 'VIV_SEND_SETTLED',
    });
  });

  it('stays in doubt when the gate says no, or the server does', async () => {
    await post.serve([{ dot: 'drop' }, { dot: 'drop' }, { RCPT: '550 5.7.1 never' }]);
    const [refused, withdrawn] = [await askedFor(), await askedFor()];
    await allow(database.db, withdrawn.mailing.contactId, 'marketing', false);
    for (const { job } of [refused, withdrawn]) await again(job);
    expect(await rowOf(refused.mailing)).toMatchObject({
      status: 'unknown',
      reason: 'asked for again: 550 5.7.1 never',
    });
    expect(await rowOf(withdrawn.mailing)).toMatchObject({ status: 'unknown' });
    expect(await toldOf(withdrawn.mailing, 'not sent again')).toEqual([expect.stringMatching(/consent/)]);
    expect(post.server.messages).toHaveLength(2);
  });
});

/** Ends a journey behind the back of its mail. */
const end = (db: Db, { journeyId }: Mailing) =>
  db.journey.update({ where: { id: journeyId }, data: { status: 'ended' } });

// INV-SEND-ENDS
describe('the sweep', () => {
  it('settles sends that nobody tries any more, and leaves all others', async () => {
    await post.serve();
    const rows = {
      planned: { status: 'planned' },
      claimed: { status: 'claimed', leaseToken: newId(), leaseUntil: new Date(0) },
      dispatching: { status: 'dispatching', leaseToken: newId(), leaseUntil: new Date(0) },
      deferred: { status: 'deferred', attempts: 1 },
      doubtful: { status: 'deferred', attempts: 1 },
      held: { status: 'claimed', leaseToken: newId() },
    } as const;
    const mailings: { [name: string]: Mailing } = {};
    for (const [name, data] of Object.entries(rows)) {
      const mailing = await aMailing(database.db);
      mailings[name] = mailing;
      await database.db.send.update({ where: { id: mailing.request.key }, data });
      await end(database.db, mailing);
    }
    const held = { sendId: mailings.held?.request.key ?? '', token: rows.held.leaseToken, messageId: '' };
    expect(await renewLease(database.db, held, 60_000)).toBe(true);
    const doubtful = mailings.doubtful?.request.key ?? '';
    const attempt = { sendId: doubtful, outcome: 'uncertain', reached: 'dispatching', problem: 'gone' };
    await database.db.sendAttempt.create({ data: { ...attempt, token: newId(), endedAt: new Date(MONDAY) } });
    const open = await aMailing(database.db);
    await sweepSends(database.db, MAILING, { now: MONDAY + HOUR });
    await sweepSends(database.db, MAILING, { now: MONDAY + 2 * HOUR });
    const standing = async ([name, mailing]: [string, Mailing]) => [name, (await rowOf(mailing)).status];
    expect(Object.fromEntries(await Promise.all(Object.entries(mailings).map(standing)))).toEqual({
      planned: 'skipped',
      claimed: 'skipped',
      dispatching: 'unknown',
      deferred: 'skipped',
      doubtful: 'unknown',
      held: 'claimed',
    });
    expect(await rowOf(open)).toMatchObject({ status: 'planned' });
    const { contactId } = mailings.dispatching ?? open;
    expect(await database.db.decision.findMany({ where: { contactId, kind: 'unknown' } })).toHaveLength(1);
  });

  it('gives up the mail of a worker that was lost when its journey has moved on', async () => {
    await post.serve();
    const mailing = await aMailing(database.db);
    const leaseToken = newId();
    await sendMail(post.deps, mailing);
    const data = { status: 'dispatching', leaseToken, leaseUntil: new Date(0), settledAt: null };
    await database.db.send.update({ where: { id: mailing.request.key }, data });
    await sweepSends(database.db, MAILING, { now: MONDAY + HOUR });
    expect(await rowOf(mailing)).toMatchObject({ status: 'unknown' });
  });
});

test('a mail that waits for a server is dropped when its journey ends for another reason', async () => {
  await post.serve([{ connect: 'drop' }, { connect: 'drop' }]);
  const mailing = await aMailing(database.db, { parts: GOAL });
  await sendMail(post.deps, mailing);
  expect(await rowOf(mailing)).toMatchObject({ status: 'deferred' });
  await reachesGoal(mailing);
  expect(await rowOf(mailing)).toMatchObject({ status: 'skipped', reason: 'the journey is over: goal' });
});
