import { newId } from '../../src/domain/ids';
import { waitUntil } from '../../src/runtime/processes';
import { transaction } from '../../src/store/db';
import {
  beginDispatch,
  type Claim,
  claimSend,
  renewLease,
  settleClaim,
  settleLate,
  settleUntried,
} from '../../src/store/send-ledger';
import { listUncertain, planSend, readSend, type SendRow } from '../../src/store/sends';
import { MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aMailing, type Mailing } from '../support/mailing';

const database = testDatabase(20);
const MINUTE = 60_000;
const ATTEMPT = { outcome: 'accepted', reached: 'replied', replyCode: 250, problem: '250 ok' } as const;

const read = async (id: string): Promise<SendRow> => {
  const row = await transaction(database.db, (tx) => readSend(tx, id));
  if (!row) throw new Error(`no send ${id}`);
  return row;
};
const stored = (id: string) => database.db.send.findUniqueOrThrow({ where: { id } });
const claim = (send: SendRow, leaseMs = MINUTE) =>
  transaction(database.db, (tx) =>
    claimSend(tx, {
      send,
      recipient: 'ana@example.test',
      messageId: `<${send.id}@viva.example>`,
      templateVersionId: send.templateVersionId,
      leaseMs,
    }),
  );
const claimed = async (id: string, leaseMs = MINUTE): Promise<Claim> => {
  const held = await claim(await read(id), leaseMs);
  if (!held) throw new Error(`send ${id} is not free`);
  return held;
};
const dispatch = (held: Claim, links: readonly { id: string; contactId: string; name: string; url: string }[] = []) =>
  beginDispatch(database.db, held, { subject: 'Hello', bodyHash: 'hash', leaseMs: MINUTE, links });
const settle = (held: Claim, { contactId }: Mailing, status: 'accepted' | 'unknown' | 'deferred' = 'accepted') =>
  transaction(database.db, (tx) =>
    settleClaim(tx, held, { status, reason: '250 ok', attempt: ATTEMPT, at: MONDAY, contactId }),
  );

test('a send is planned once, in the transaction of the turn that asks for it', async () => {
  const { request, contactId, journeyId, version } = await aMailing(database.db);
  const journey = { id: journeyId, contactId, definition: version.definition };
  const move = { type: 'perform', stepId: 'first', effect: { type: 'mail', key: request.key } } as const;
  await transaction(database.db, (tx) => planSend(tx, { journey, move, now: MONDAY + MINUTE }));
  const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: contactId } });
  expect(await database.db.send.findMany({ where: { journeyId } })).toEqual([
    expect.objectContaining({
      id: request.key,
      contactId,
      recipient: email,
      purpose: 'marketing',
      template: 'hello',
      status: 'planned',
      plannedAt: new Date(MONDAY),
      leaseToken: null,
    }),
  ]);
});

// INV-ONE-CLAIM
test('of twenty who claim at once one has it', async () => {
  const { request } = await aMailing(database.db);
  const row = await read(request.key);
  const claims = await Promise.all(Array.from({ length: 20 }, () => claim(row)));
  expect(claims.filter((one) => one !== null)).toHaveLength(1);
  expect(await read(request.key)).toMatchObject({ status: 'claimed', attempts: 0 });
});

test('a lease that lives keeps others out, one that is over does not, and the first holder then moves no byte', async () => {
  const { request } = await aMailing(database.db);
  await claimed(request.key);
  const taken = await read(request.key);
  expect(taken.leaseLeftMs).toBeGreaterThan(MINUTE / 2);
  expect(await claim(taken)).toBeNull();
  const { request: other } = await aMailing(database.db);
  const first = await claimed(other.key, 0);
  const second = await claimed(other.key);
  expect(second.messageId).toBe(first.messageId);
  expect(await dispatch(first)).toBe(false);
  expect(await dispatch(second)).toBe(true);
  expect(await dispatch(second)).toBe(false);
  expect(await stored(other.key)).toMatchObject({
    status: 'dispatching',
    subject: 'Hello',
    bodyHash: 'hash',
    attempts: 0,
  });
});

test('who read a claim that was over, and comes after its holder has begun to dispatch, does not get it', async () => {
  const { request } = await aMailing(database.db);
  const first = await claimed(request.key, 0);
  const seen = await read(request.key);
  expect(await dispatch(first)).toBe(true);
  expect(await claim(seen)).toBeNull();
  expect(
    await transaction(database.db, (tx) => settleUntried(tx, seen, { status: 'skipped', reason: '', at: 0 })),
  ).toBe(false);
});

test('who read a send before another one sent it does not get it', async () => {
  const mailing = await aMailing(database.db);
  const seen = await read(mailing.request.key);
  const held = await claimed(mailing.request.key);
  await dispatch(held);
  await settle(held, mailing);
  expect(await claim(seen)).toBeNull();
  expect(await stored(mailing.request.key)).toMatchObject({ status: 'accepted' });
});

test('links are there exactly when the body may leave, and lead where the last body says', async () => {
  const { request, contactId } = await aMailing(database.db);
  const id = newId();
  const link = (url: string) => [{ id, contactId, name: 'programme', url }];
  const first = await claimed(request.key, 0);
  const second = await claimed(request.key);
  await dispatch(first, link('https://first.example/'));
  expect(await database.db.link.count({ where: { sendId: request.key } })).toBe(0);
  await dispatch(second, link('https://second.example/'));
  expect(await database.db.link.findMany({ where: { sendId: request.key } })).toEqual([
    { id, sendId: request.key, contactId, name: 'programme', url: 'https://second.example/' },
  ]);
});

test('a sign of life keeps a lease, until it is lost or the send is settled', async () => {
  const mailing = await aMailing(database.db);
  const first = await claimed(mailing.request.key, 0);
  expect(await renewLease(database.db, first, MINUTE)).toBe(true);
  expect(await claim(await read(mailing.request.key))).toBeNull();
  expect(await renewLease(database.db, { ...first, token: newId() }, MINUTE)).toBe(false);
  await settle(first, mailing);
  expect(await renewLease(database.db, first, MINUTE)).toBe(false);
});

test('a send is settled once, by its holder', async () => {
  const mailing = await aMailing(database.db);
  const first = await claimed(mailing.request.key, 0);
  const second = await claimed(mailing.request.key);
  expect(await settle(first, mailing)).toBe(false);
  expect(await settle(second, mailing)).toBe(true);
  expect(await settle(second, mailing)).toBe(false);
  expect(await stored(mailing.request.key)).toMatchObject({
    status: 'accepted',
    attempts: 1,
    reason: '250 ok',
    response: '250 ok',
    settledAt: new Date(MONDAY),
    leaseUntil: null,
  });
});

const isSomeoneWaiting = async () => {
  const [row] = await database.db.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted`;
  return row !== undefined && row.n > 0;
};

test('settling waits for whoever holds the lock of the contact, and then looks again', async () => {
  const mailing = await aMailing(database.db);
  const held = await claimed(mailing.request.key);
  const order: string[] = [];
  let waiting: Promise<unknown> = Promise.resolve();
  await transaction(database.db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM contact WHERE id = ${mailing.contactId}::uuid FOR UPDATE`;
    waiting = settle(held, mailing).then((won) => order.push(`settled ${won}`));
    expect(await waitUntil(isSomeoneWaiting, 10_000)).toBe(true);
    await tx.$executeRaw`UPDATE send SET lease_token = ${newId()}::uuid WHERE id = ${mailing.request.key}::uuid`;
    order.push('taken over');
  });
  await waiting;
  expect(order).toEqual(['taken over', 'settled false']);
});

test('a holder who hears late turns unknown into accepted, and nothing else', async () => {
  const mailing = await aMailing(database.db);
  const { request, contactId } = mailing;
  const held = await claimed(request.key, 0);
  const late = (one: Claim) =>
    transaction(database.db, (tx) =>
      settleLate(tx, one, { reason: '250 ok', attempt: ATTEMPT, at: MONDAY, contactId }),
    );
  await dispatch(held);
  expect(await late(held)).toBe(false);
  await settle(held, mailing, 'unknown');
  expect(await late({ ...held, token: newId() })).toBe(false);
  expect(await late(held)).toBe(true);
  expect(await stored(request.key)).toMatchObject({ status: 'accepted' });
});

test('a send that was deferred is claimed again under its Message-ID, and one that is lost counts as a try', async () => {
  const mailing = await aMailing(database.db);
  const { key } = mailing.request;
  const first = await claimed(key);
  await settle(first, mailing, 'deferred');
  const second = await claimed(key, 0);
  expect(second.messageId).toBe(first.messageId);
  await beginDispatch(database.db, second, { subject: 'Hello', bodyHash: 'hash', leaseMs: 0, links: [] });
  await claimed(key);
  expect(await read(key)).toMatchObject({ status: 'claimed', attempts: 2 });
});

test('what is uncertain is listed: unknown sends, and those whose worker is gone, but none that is under way', async () => {
  const [unknown, gone, live] = await Promise.all([
    aMailing(database.db),
    aMailing(database.db),
    aMailing(database.db),
  ]);
  const held = await claimed(unknown.request.key);
  await dispatch(held);
  await settle(held, unknown, 'unknown');
  await beginDispatch(database.db, await claimed(gone.request.key), {
    subject: 'x',
    bodyHash: 'x',
    leaseMs: 0,
    links: [],
  });
  await dispatch(await claimed(live.request.key));
  const listed = await listUncertain(database.db);
  expect(listed.map(({ id, status }) => ({ id, status }))).toEqual(
    expect.arrayContaining([
      { id: unknown.request.key, status: 'unknown' },
      { id: gone.request.key, status: 'dispatching' },
    ]),
  );
  expect(listed.map(({ id }) => id)).not.toContain(live.request.key);
  expect(listed[0]).toMatchObject({ plannedAt: MONDAY, journeyId: expect.any(String), subject: expect.any(String) });
});
