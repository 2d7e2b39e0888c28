import { simpleParser } from 'mailparser';
import { countStatements } from '../../bench/statements';
import { createActivities } from '../../src/activities';
import { newId } from '../../src/domain/ids';
import { readLink } from '../../src/mail/links';
import { transaction } from '../../src/store/db';
import { listUncertain } from '../../src/store/sends';
import { takeTurn } from '../../src/store/turn';
import { LINK_SECRET } from '../support/api';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { allow, aMailing, MAILING, type Mailing, requestOf, sendMail, testMailServing } from '../support/mailing';

const database = testDatabase();
const post = testMailServing(database);
const { serve } = post;

const sendOf = ({ request }: Mailing) => database.db.send.findUniqueOrThrow({ where: { id: request.key } });
const decisionsOf = async ({ contactId }: Mailing) =>
  (
    await database.db.decision.findMany({ where: { contactId, kind: { in: ['send', 'skip', 'defer', 'unknown'] } } })
  ).map(({ kind, outcome, reason }) => ({ kind, outcome, reason }));
const eventsOf = async ({ contactId }: Mailing) =>
  (await database.db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } })).map(({ type }) => type);

describe('a mail that the server takes', () => {
  it('was planned with its turn, and is then accepted, with its links, its decision, its event and the next turn', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    expect(await sendOf(mailing)).toMatchObject({ status: 'planned', attempts: 0, messageId: '', stepId: 'first' });
    const { key } = mailing.request;
    expect(await sendMail(post.deps, mailing)).toEqual({
      turn: 2,
      move: { type: 'await', stepId: 'rest', until: MONDAY + 2 * DAY },
    });
    expect(await sendOf(mailing)).toMatchObject({
      status: 'accepted',
      attempts: 1,
      subject: 'Olá, Ana',
      messageId: `<${key}@viva.example>`,
      response: '250 2.0.0 taken',
      leaseUntil: null,
      settledAt: new Date(MONDAY),
    });
    expect(await decisionsOf(mailing)).toEqual([
      { kind: 'send', outcome: 'accepted', reason: 'consent to marketing mail since 2026-01-04 (form)' },
    ]);
    const [event] = await database.db.interaction.findMany({ where: { contactId: mailing.contactId } });
    expect(event).toMatchObject({
      type: 'mail.accepted',
      journeyId: mailing.journeyId,
      leadId: mailing.leadId,
      properties: { sendId: key, template: 'hello' },
    });
  });

  it('carries signed links, the footer and the headers to unsubscribe, and business time', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    await sendMail(post.deps, mailing);
    const message = await simpleParser(post.server.messages[0] ?? '');
    const { key, now } = mailing.request;
    const urls = [...(message.text ?? '').matchAll(/https:\/\/viva\.example\/\S+(?=>)/g)].map(([url]) => url);
    const payloads = urls.map((url) => readLink(LINK_SECRET, url.split('/').at(-1) ?? ''));
    const [link] = await database.db.link.findMany({ where: { sendId: key } });
    expect(link).toMatchObject({ name: 'programme', url: 'https://course.example/programa' });
    expect(payloads).toEqual([
      { kind: 'click', id: link?.id },
      { kind: 'unsubscribe', id: key },
      { kind: 'preferences', id: key },
    ]);
    expect(message.headers.get('list')).toMatchObject({ unsubscribe: { url: urls[1] } });
    expect(message.date).toEqual(new Date(now));
    expect(message.text).toContain('Rua das Mudas 1');
  });

  it('has no way to unsubscribe when it is transactional', async () => {
    await serve();
    await sendMail(
      post.deps,
      await aMailing(database.db, { purpose: 'transactional', template: 'receipt', consent: false }),
    );
    expect(post.server.messages[0]).not.toContain('List-Unsubscribe');
    expect(post.server.messages[0]).not.toContain('/u/');
  });

  it('is not sent again when it is asked for again, at once or later', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    const first = await sendMail(post.deps, mailing);
    expect(await sendMail(post.deps, mailing)).toEqual(first);
    expect(post.server.messages).toHaveLength(1);
    await expect(sendMail(post.deps, { ...mailing, request: { ...mailing.request, turn: 0 } })).rejects.toMatchObject({
      code: 'VIV_TURN_STALE',
    });
  });

  it('is sent once by ten workers at once, who all get the same turn', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    const turns = await Promise.all(
      Array.from({ length: 10 }, () => sendMail({ ...post.deps, leaseMs: 5_000 }, mailing)),
    );
    expect(turns).toEqual(turns.map(() => turns[0]));
    expect(post.server.messages).toHaveLength(1);
  });

  it('tells a rehearsal, which answers when the next scripted event is due', async () => {
    const told: string[] = [];
    const reactions = {
      afterMail: async (_tx: unknown, { sendId }: { readonly sendId: string }) => void told.push(sendId),
      afterOffer: async () => undefined,
      afterTask: async () => undefined,
      answerOf: () => ({ status: 200, body: {} }),
      nextAt: async () => MONDAY + HOUR,
    };
    await serve([], { turn: { ...MAILING, reactions } });
    const mailing = await aMailing(database.db);
    expect(await sendMail(post.deps, mailing)).toMatchObject({ turn: 2, nextScriptedAt: MONDAY + HOUR });
    expect(told).toEqual([mailing.request.key]);
  });
});

describe('what stands in the way', () => {
  beforeEach(() => serve());
  afterEach(() => expect(post.server.messages).toEqual([]));

  it('of a mail without consent makes the journey go on without it', async () => {
    const mailing = await aMailing(database.db, { consent: false });
    expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { type: 'await', stepId: 'rest' } });
    const reason = 'there is no consent to marketing mail on record';
    expect(await sendOf(mailing)).toMatchObject({ status: 'skipped', reason, attempts: 0 });
    expect(await decisionsOf(mailing)).toEqual([{ kind: 'skip', outcome: 'skipped', reason }]);
  });

  it('is for ever when the contact has withdrawn: the journey ends', async () => {
    const mailing = await aMailing(database.db);
    await allow(database.db, mailing.contactId, 'marketing', false);
    expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { type: 'end', outcome: 'exit' } });
    expect(await sendOf(mailing)).toMatchObject({ status: 'skipped' });
  });

  it('is for ever when the address is suppressed', async () => {
    const mailing = await aMailing(database.db);
    const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: mailing.contactId } });
    await database.db.suppression.create({ data: { email, reason: 'complaint', at: new Date(MONDAY - DAY) } });
    expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { type: 'end' } });
    expect(await decisionsOf(mailing)).toMatchObject([
      { kind: 'skip', reason: 'the address is suppressed since 2026-01-04: complaint' },
    ]);
  });

  it('may be a goal that was reached while the mail was on its way to be sent', async () => {
    const goal = { goal: { name: 'big', when: { fact: 'contact.attributes.size', atLeast: 10 } } };
    const mailing = await aMailing(database.db, { parts: goal });
    await database.db.contact.update({ where: { id: mailing.contactId }, data: { attributes: { size: 12 } } });
    expect(await sendMail(post.deps, mailing)).toEqual({ turn: 2, move: { type: 'end', outcome: 'goal' } });
    expect(await sendOf(mailing)).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/^the journey is over: /),
    });
  });

  it('may be a value that the template needs and the contact has not', async () => {
    const mailing = await aMailing(database.db, { template: 'offer' });
    expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { stepId: 'rest' } });
    expect((await sendOf(mailing)).reason).toMatch(
      /its text in en cannot be filled for this recipient: "company" has no value/,
    );
  });

  it('may be the hour: the mail waits for the morning and is then sent', async () => {
    const mailing = await aMailing(database.db);
    const night = Date.UTC(2026, 0, 6, 2);
    const morning = Date.UTC(2026, 0, 6, 11);
    const turn = await sendMail(post.deps, { ...mailing, request: { ...mailing.request, now: night } });
    expect(turn).toEqual({ turn: 2, move: { type: 'await', stepId: 'first', until: morning } });
    expect(await sendOf(mailing)).toMatchObject({ status: 'deferred', attempts: 0 });
    expect(await decisionsOf(mailing)).toEqual([
      { kind: 'defer', outcome: 'deferred', reason: 'quiet hours from 21:00 to 08:00 in America/Sao_Paulo' },
    ]);
  });
});

describe('a mail that has lain in its queue for hours', () => {
  beforeEach(() => serve());
  const eleven = Date.UTC(2026, 0, 6, 2); // in the evening, in São Paulo
  const sendAt = (now: number, { request }: Mailing) => {
    const secretOf = () => undefined;
    return createActivities({ ...post.deps, secretOf, clock: () => now }).sendMail(request);
  };

  it('waits for the morning when it is night by now', async () => {
    const mailing = await aMailing(database.db);
    expect(await sendAt(eleven, mailing)).toMatchObject({ move: { stepId: 'first', until: Date.UTC(2026, 0, 6, 11) } });
    expect(post.server.messages).toEqual([]);
  });

  it('goes out as of now, and never as of a time before it was asked for', async () => {
    const late = await aMailing(database.db);
    await sendAt(MONDAY + 2 * HOUR, late);
    expect(await sendOf(late)).toMatchObject({ status: 'accepted', settledAt: new Date(MONDAY + 2 * HOUR) });
    const early = await aMailing(database.db);
    await sendAt(MONDAY - HOUR, early);
    expect(await sendOf(early)).toMatchObject({ status: 'accepted', settledAt: new Date(MONDAY) });
  });
});

describe('what the server says', () => {
  it('never: the journey goes on, and the reason is kept', async () => {
    await serve([{ RCPT: '550 5.7.1 not from you' }]);
    const mailing = await aMailing(database.db);
    expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { stepId: 'rest' } });
    expect(await sendOf(mailing)).toMatchObject({
      status: 'rejected',
      response: '550 5.7.1 not from you',
      attempts: 1,
    });
    expect(await decisionsOf(mailing)).toEqual([
      { kind: 'send', outcome: 'rejected', reason: '550 5.7.1 not from you' },
    ]);
    const { recipient: email } = await sendOf(mailing);
    expect(await database.db.suppression.findFirst({ where: { email } })).toBeNull();
    expect(await eventsOf(mailing)).toEqual([]);
  });

  it('no such user: the address is suppressed, and an exit by the bounce holds at once', async () => {
    await serve([{ RCPT: '550 5.1.1 no such user' }]);
    const mailing = await aMailing(database.db, { parts: { exits: [{ name: 'bounced', on: 'mail.bounced' }] } });
    expect(await sendMail(post.deps, mailing)).toEqual({ turn: 2, move: { type: 'end', outcome: 'bounced' } });
    const { recipient } = await sendOf(mailing);
    expect(await database.db.suppression.findFirst({ where: { email: recipient } })).toMatchObject({
      reason: 'hard_bounce',
    });
    expect(await eventsOf(mailing)).toEqual(['mail.bounced']);
  });

  it('later: the journey waits and sends again under the same id, five times at most', async () => {
    await serve(Array.from({ length: 5 }, () => ({ DATA: '451 4.7.1 greylisted', RSET: 'drop' })));
    const mailing = await aMailing(database.db);
    let { request } = mailing;
    const waits: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const { move } = await sendMail(post.deps, { ...mailing, request });
      if (move.type !== 'await' || move.until === null) throw new Error(`it does not wait but ${move.type}s`);
      waits.push(move.until - request.now);
      await transaction(database.db, (tx) =>
        takeTurn(tx, MAILING, { journeyId: mailing.journeyId, turn: request.turn + 1, now: move.until ?? 0 }),
      );
      request = await requestOf(database.db, mailing.journeyId, move.until);
    }
    expect(waits).toEqual([5, 30, 120, 480].map((minutes) => minutes * 60_000));
    expect(request.key).toBe(mailing.request.key);
    expect(await sendMail(post.deps, { ...mailing, request })).toMatchObject({ move: { stepId: 'rest' } });
    expect(await sendOf(mailing)).toMatchObject({ status: 'rejected', attempts: 5 });
    expect((await decisionsOf(mailing)).map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 4 }, () => 'deferred'),
      'rejected',
    ]);
  });

  it('nothing, since it is not there: the mail is deferred', async () => {
    await serve();
    await post.server.stop();
    const mailing = await aMailing(database.db);
    expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { stepId: 'first', until: MONDAY + HOUR / 12 } });
    expect(await sendOf(mailing)).toMatchObject({ status: 'deferred', response: null, attempts: 1 });
  });

  it('nothing, after it had the message: marketing is held as unknown and listed, and the journey goes on', async () => {
    await serve([{ dot: 'drop' }]);
    const mailing = await aMailing(database.db);
    const turn = await sendMail(post.deps, mailing);
    expect(turn).toMatchObject({ move: { stepId: 'rest' } });
    expect(await sendMail(post.deps, mailing)).toEqual(turn);
    expect(post.server.messages).toHaveLength(1);
    expect(await decisionsOf(mailing)).toMatchObject([{ kind: 'unknown', outcome: 'unknown' }]);
    const listed = (await listUncertain(database.db)).filter(({ id }) => id === mailing.request.key);
    expect(listed).toMatchObject([{ status: 'unknown', subject: 'Olá, Ana', journeyId: mailing.journeyId }]);
    expect(await eventsOf(mailing)).toEqual([]);
  });

  it('nothing, after it had the message: a transactional mail goes out again, the same byte for byte', async () => {
    await serve([{ dot: 'drop' }]);
    const mailing = await aMailing(database.db, { purpose: 'transactional', template: 'receipt', consent: false });
    const { move } = await sendMail(post.deps, mailing);
    expect(move).toMatchObject({ type: 'await', stepId: 'first', until: MONDAY + HOUR / 12 });
    const { journeyId } = mailing;
    await transaction(database.db, (tx) => takeTurn(tx, MAILING, { journeyId, turn: 2, now: MONDAY + HOUR / 12 }));
    const again = { ...(await requestOf(database.db, journeyId)), now: MONDAY };
    expect(await sendMail(post.deps, { ...mailing, request: again })).toMatchObject({ move: { stepId: 'rest' } });
    expect(post.server.messages).toHaveLength(2);
    expect(post.server.messages[1]).toBe(post.server.messages[0]);
    expect(await sendOf(mailing)).toMatchObject({ status: 'accepted', attempts: 2 });
  });
});

test('the third mail of a day waits until the first is a day old, also while others are on their way', async () => {
  await serve();
  const mailing = await aMailing(database.db);
  const { contactId } = mailing;
  const mail = {
    contactId,
    stepId: 'x',
    recipient: 'x',
    purpose: 'marketing',
    template: 'x',
    messageId: '',
    plannedAt: new Date(0),
  };
  const mailedAt = new Date(MONDAY - 20 * HOUR);
  await database.db.send.create({ data: { ...mail, id: newId(), status: 'accepted', settledAt: mailedAt } });
  const leaseUntil = new Date(Date.UTC(2100, 0, 1));
  await database.db.send.create({ data: { ...mail, id: newId(), status: 'claimed', leaseUntil } });
  expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { stepId: 'first', until: MONDAY + 4 * HOUR } });
  expect(await decisionsOf(mailing)).toMatchObject([{ reason: '2 of at most 2 marketing mails within 1d' }]);
});

test('a mail costs few statements: all that are sent to PostgreSQL, transaction control included', async () => {
  await serve();
  const first = await aMailing(database.db);
  await sendMail(post.deps, first); // opens connections, and reads the sequence
  const mailing = await aMailing(database.db, { version: first.version });
  expect(await countStatements(async () => void (await sendMail(post.deps, mailing)))).toBe(18);
});
