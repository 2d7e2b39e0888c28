import { storyText } from '../../src/cli/commands/why';
import { keyOf, newId } from '../../src/domain/ids';
import { acceptReply } from '../../src/store/inbound-accept';
import { listInbound } from '../../src/store/inbound-rows';
import { storyOf } from '../../src/store/story';
import { runSweep } from '../../src/store/sweep';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { everythingIn } from '../support/everything';
import { pokesIn, someone } from '../support/journeys';
import { aMailing, MAILING } from '../support/mailing';
import { addressOf, alsoAccepted, aReport, aSent, aWritten, type Sent, took } from '../support/returning';
import { SALES } from '../support/sales';

const database = testDatabase(20);
const sent = (o: Parameters<typeof aSent>[1] = {}) => aSent(database.db, o);
const eventsOf = async (contactId: string) =>
  (await database.db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } })).map(({ type }) => type);
const decisionsOf = async (contactId: string, ...kinds: readonly string[]) =>
  (
    await database.db.decision.findMany({ where: { contactId, kind: { in: [...kinds] } }, orderBy: { seq: 'asc' } })
  ).map(({ kind, outcome, reason }) => ({ kind, outcome, reason }));
const suppressionOf = (email: string) => database.db.suppression.findFirst({ where: { email } });
const ledgerOf = ({ sendId }: Sent) => database.db.send.findUniqueOrThrow({ where: { id: sendId } });
/** The body was under way, and no final reply came. */
const IN_DOUBT = [{ body: 'drop' }] as const;

describe('a hard bounce', () => {
  it('suppresses the address at once, stands on the log, wakes the journey, and why tells its story', async () => {
    const mailing = await aMailing(database.db, { parts: { exits: [{ name: 'bounced', on: 'mail.bounced' }] } });
    const mail = await sent({ mailing });
    expect(await took(database.db, aReport(mail), { now: MONDAY + HOUR })).toMatchObject({
      kind: 'hard',
      standing: 'applied',
      contactId: mail.contactId,
      sendId: mail.sendId,
      duplicate: false,
    });
    expect(await eventsOf(mail.contactId)).toEqual(['mail.accepted', 'mail.bounced']);
    expect(await suppressionOf(mail.email)).toMatchObject({ reason: 'hard_bounce' });
    expect(await pokesIn(database.db)).toContain(`journey:${mail.journeyId}`);
    expect(await decisionsOf(mail.contactId, 'inbound', 'suppress')).toEqual([
      {
        kind: 'inbound',
        outcome: 'hard bounce',
        reason:
          'the words “no such user” (no such mailbox). The server: “550 5.1.1 no such user”; known by its return path',
      },
      { kind: 'suppress', outcome: 'suppressed', reason: 'the address does not take mail: hard bounce' },
    ]);
    const story = storyText(await storyOf(database.db, { id: mail.contactId }));
    expect(story).toContain('came back: “Olá, Ana” hard bounce');
    expect(story).toContain('address suppressed');
    expect(story).not.toContain('mail.bounced');
  });

  it('suppresses the address to which the mail went, not the one that the contact has by now', async () => {
    const mail = await sent();
    const email = `${newId()}@example.test`;
    await database.db.contact.update({ where: { id: mail.contactId }, data: { email } });
    await took(database.db, aReport(mail));
    expect(await suppressionOf(mail.email)).toMatchObject({ reason: 'hard_bounce' });
    expect(await suppressionOf(email)).toBeNull();
  });

  it('is known without a signed address by the mail that it brings back', async () => {
    const mail = await sent();
    const answer = await took(database.db, aReport(mail, { to: 'viva@viva.example' }));
    expect(answer).toMatchObject({ standing: 'applied', sendId: mail.sendId });
    expect(await suppressionOf(mail.email)).not.toBeNull();
  });
});

describe('the same message', () => {
  // INV-INBOUND-ONCE
  it('twenty times at once has one effect, and one row', async () => {
    const mail = await sent();
    const answers = await Promise.all(Array.from({ length: 20 }, () => took(database.db, aReport(mail))));
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await eventsOf(mail.contactId)).toEqual(['mail.accepted', 'mail.bounced']);
  });

  it('in other words is another row, and no second event', async () => {
    const mail = await sent();
    await took(database.db, aReport(mail));
    expect(await took(database.db, aReport(mail, { mark: 'again', diagnostic: '550 5.1.1 nobody' }))).toMatchObject({
      standing: 'applied',
      reason: expect.stringContaining('it was on record already'),
      duplicate: false,
    });
    expect(await eventsOf(mail.contactId)).toEqual(['mail.accepted', 'mail.bounced']);
  });
});

describe('soft bounces', () => {
  const SOFT = { status: '5.2.2', diagnostic: '552 5.2.2 over quota' };
  const bounceOf = async (mail: Sent, index: number, at = MONDAY + index * DAY) => {
    const sendId = keyOf(mail.sendId, index);
    await alsoAccepted(database.db, mail, sendId, at);
    return took(database.db, aReport({ sendId, email: mail.email }, SOFT), { now: at + HOUR });
  };

  it('suppress after the declared number within the declared time, and not before', async () => {
    const mail = await sent();
    await took(database.db, aReport(mail, SOFT), { now: MONDAY + HOUR });
    for (const index of [1, 2, 3]) await bounceOf(mail, index);
    expect(await suppressionOf(mail.email)).toBeNull();
    await bounceOf(mail, 4);
    expect(await suppressionOf(mail.email)).toMatchObject({ reason: 'soft_bounces' });
    expect(await decisionsOf(mail.contactId, 'suppress')).toEqual([
      {
        kind: 'suppress',
        outcome: 'suppressed',
        reason: '5 mails bounced softly within 14d, and none was delivered between',
      },
    ]);
  });

  it('begin anew with a mail that was delivered between', async () => {
    const mail = await sent();
    await took(database.db, aReport(mail, SOFT), { now: MONDAY + HOUR });
    for (const index of [1, 2]) await bounceOf(mail, index);
    await alsoAccepted(database.db, mail, newId(), MONDAY + 3 * DAY); // no bounce of it comes
    for (const index of [6, 7, 8, 9]) await bounceOf(mail, index);
    expect(await suppressionOf(mail.email)).toBeNull();
  });

  it('of long ago count no more', async () => {
    const mail = await sent();
    await took(database.db, aReport(mail, SOFT), { now: MONDAY + HOUR });
    for (const index of [6, 12, 18, 24]) await bounceOf(mail, index);
    expect(await suppressionOf(mail.email)).toBeNull();
  });
});

describe('what is no fault of the address', () => {
  it.each([
    ['a block', { status: '5.7.1', diagnostic: '550 5.7.1 blocked using zen.spamhaus.org' }, 'mail.blocked', 'block'],
    ['a delay', { action: 'delayed', status: '4.4.1', diagnostic: 'timeout' }, 'mail.delayed', 'delayed'],
    ['a delivery', { action: 'delivered', status: '2.0.0', diagnostic: '250 ok' }, 'mail.delivered', 'delivered'],
  ])('%s suppresses nobody, however often', async (_name, parts, type, kind) => {
    const mail = await sent();
    for (let index = 0; index < 8; index += 1) {
      const sendId = keyOf(mail.sendId, index);
      await alsoAccepted(database.db, mail, sendId, MONDAY);
      expect(await took(database.db, aReport({ sendId, email: mail.email }, parts))).toMatchObject({ kind });
    }
    expect(await suppressionOf(mail.email)).toBeNull();
    expect((await eventsOf(mail.contactId)).filter((one) => one === type)).toHaveLength(8);
  });
});

describe('a complaint', () => {
  const complaint = ({ sendId }: Sent) =>
    [
      'From: fbl@provider.example',
      'To: fbl@in.viva.example',
      'Content-Type: multipart/report; report-type=feedback-report; boundary=B',
      '',
      '--B',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      '',
      '--B',
      'Content-Type: message/rfc822',
      '',
      `Message-ID: <${sendId}@viva.example>`,
      `X-Viveiro-Send: ${sendId}`,
      '',
      'Olá',
      '--B--',
      '',
    ].join('\r\n');

  it('suppresses the address and withdraws all consent', async () => {
    const mail = await sent();
    expect(await took(database.db, complaint(mail))).toMatchObject({ kind: 'complaint', standing: 'applied' });
    expect(await suppressionOf(mail.email)).toMatchObject({ reason: 'complaint' });
    const [newest] = await database.db.consent.findMany({
      where: { contactId: mail.contactId },
      orderBy: { seq: 'desc' },
    });
    expect(newest).toMatchObject({ purpose: 'marketing', granted: false, source: 'mail.complained' });
    expect(await decisionsOf(mail.contactId, 'suppress', 'consent')).toHaveLength(2);
  });
});

describe('who writes', () => {
  it('is interested, when it is a person; a machine never is', async () => {
    const mail = await sent();
    const headers = [`In-Reply-To: <${mail.sendId}@viva.example>`];
    const auto = aWritten({ from: mail.email, headers: [...headers, 'Auto-Submitted: auto-replied'] });
    expect(await took(database.db, auto)).toMatchObject({ kind: 'auto_reply', standing: 'applied' });
    expect(await took(database.db, aWritten({ from: mail.email, headers }))).toMatchObject({ kind: 'reply' });
    expect(await eventsOf(mail.contactId)).toEqual(['mail.accepted', 'mail.auto_replied', 'mail.replied']);
    const [reply] = await database.db.interaction.findMany({
      where: { contactId: mail.contactId, type: 'mail.replied' },
    });
    expect(reply).toMatchObject({ journeyId: mail.journeyId, leadId: mail.leadId });
  });

  it('wakes a journey that waits for a reply, and earns what the rules give', async () => {
    const mailing = await aMailing(database.db, { parts: { exits: [{ name: 'answered', on: 'mail.replied' }] } });
    const mail = await sent({ mailing });
    await took(database.db, aWritten({ from: 'someone.else@example.test', to: addressOf('reply', mail.sendId) }));
    expect(await pokesIn(database.db)).toContain(`journey:${mail.journeyId}`);
  });

  describe('is not known', () => {
    const PROOF = 'Authentication-Results: mx.viva.example; dmarc=pass header.from=example.test';
    const FAILED = PROOF.replace('pass', 'fail');
    const trusting = (replies: 'known' | 'proven' | 'all' = 'known') => ({
      rules: { authenticity: { trustedServers: ['mx.viva.example'], trustedRelays: [], replies } },
    });
    const acceptance = (id: string) => ({ id, reason: 'she told me' });

    // INV-UNKNOWN-AUTHOR-WEIGHS-NOTHING
    it('where the address in From is all there is: it waits for a person, and nothing follows', async () => {
      const mail = await sent();
      const before = await everythingIn(database.url, ['inbound']);
      const { id, ...answer } = await took(database.db, aWritten({ from: mail.email }));
      expect(answer).toMatchObject({
        kind: 'reply',
        standing: 'kept',
        contactId: mail.contactId,
        reason: expect.stringContaining(`viveiro inbound accept ${id}`),
      });
      expect(await everythingIn(database.url, ['inbound'])).toEqual(before);
    });

    it('counts once a person accepts it, once, as of when it came', async () => {
      const mailing = await aMailing(database.db, { parts: { exits: [{ name: 'answered', on: 'mail.replied' }] } });
      const mail = await sent({ mailing });
      const { id } = await took(database.db, aWritten({ from: mail.email }), { now: MONDAY + HOUR });
      const tries = await Promise.allSettled([1, 2, 3].map(() => acceptReply(database.db, MAILING, acceptance(id))));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(tries.filter((one) => one.status === 'rejected').map(({ reason }) => reason.code)).toEqual([
        'VIV_INBOUND_NOT_WAITING',
        'VIV_INBOUND_NOT_WAITING',
      ]);
      expect(await eventsOf(mail.contactId)).toEqual(['mail.accepted', 'mail.replied']);
      const [reply] = await database.db.interaction.findMany({
        where: { contactId: mail.contactId, type: 'mail.replied' },
      });
      expect(reply?.at).toEqual(new Date(MONDAY + HOUR));
      expect(await pokesIn(database.db)).toContain(`journey:${mail.journeyId}`);
      expect(await decisionsOf(mail.contactId, 'inbound')).toEqual([
        { kind: 'inbound', outcome: 'reply', reason: 'accepted by a person: she told me; known by the address alone' },
      ]);
    });

    it('unless a server of ours has proof of it', async () => {
      const mail = await sent();
      const written = aWritten({ from: mail.email, headers: [PROOF] });
      expect(await took(database.db, written)).toMatchObject({ standing: 'kept' }); // nobody is trusted yet
      const { id } = await took(database.db, `X-Again: 1\r\n${written}`, trusting());
      expect(await database.db.inbound.findUnique({ where: { id } })).toMatchObject({
        standing: 'applied',
        details: { authenticity: { verdict: 'proven', evidence: expect.stringContaining('dmarc=pass') } },
      });
      expect(await decisionsOf(mail.contactId, 'inbound')).toMatchObject([
        { reason: expect.stringContaining('known by the address alone; DMARC passed for example.test') },
      ]);
    });

    it('who knows our mail is believed, unless it is known not to be from whom it says', async () => {
      const mail = await sent();
      const to = addressOf('reply', mail.sendId);
      const failed = aWritten({ from: mail.email, to, headers: [FAILED] });
      expect(await took(database.db, failed, trusting())).toMatchObject({
        standing: 'kept',
        sendId: mail.sendId,
        reason: expect.stringContaining('DMARC failed'),
      });
      expect(await eventsOf(mail.contactId)).toEqual(['mail.accepted']);
      expect(await took(database.db, aWritten({ from: mail.email, to }), trusting('proven'))).toMatchObject({
        standing: 'kept',
      });
      const genuine = aWritten({ from: mail.email, to, text: 'Sim' });
      expect(await took(database.db, genuine, trusting())).toMatchObject({ standing: 'applied' });
      expect(await eventsOf(mail.contactId)).toEqual(['mail.accepted', 'mail.replied']);
    });

    it('counts all the same where the company says so', async () => {
      const mail = await sent();
      const forged = aWritten({ from: mail.email, headers: [FAILED] });
      expect(await took(database.db, forged, trusting('all'))).toMatchObject({ standing: 'applied' });
    });

    it('is let go whoever it was: a wish to get no more mail is honoured, and the finding kept', async () => {
      const mail = await sent();
      const wish = aWritten({ from: mail.email, subject: 'unsubscribe', headers: [FAILED] });
      const { id } = await took(database.db, wish, trusting());
      expect(await database.db.inbound.findUnique({ where: { id } })).toMatchObject({
        kind: 'unsubscribe',
        standing: 'applied',
        details: { authenticity: { verdict: 'contradicted' } },
      });
      expect(await eventsOf(mail.contactId)).toEqual(['mail.accepted', 'mail.unsubscribed']);
    });

    it('what is no waiting reply cannot be accepted', async () => {
      const mail = await sent();
      const { id: bounce } = await took(database.db, aReport(mail));
      const { id: stranger } = await took(database.db, aWritten({ from: 'nobody@nowhere.example' }));
      for (const [id, problem] of [
        [bounce, 'it is no reply, but hard'],
        [stranger, 'nobody on record has this address'],
      ] as const)
        await expect(acceptReply(database.db, MAILING, acceptance(id))).rejects.toMatchObject({
          code: 'VIV_INBOUND_NOT_WAITING',
          message: expect.stringContaining(problem),
        });
      await expect(acceptReply(database.db, MAILING, acceptance('none'))).rejects.toMatchObject({
        code: 'VIV_INBOUND_UNKNOWN',
      });
    });
  });

  it('to the address that unsubscribes, gets no more mail of that purpose', async () => {
    const mail = await sent();
    const to = addressOf('unsubscribe', mail.sendId);
    await took(database.db, aWritten({ from: mail.email, to, headers: ['Auto-Submitted: auto-generated'] }));
    const [newest] = await database.db.consent.findMany({
      where: { contactId: mail.contactId },
      orderBy: { seq: 'desc' },
    });
    expect(newest).toMatchObject({ purpose: 'marketing', granted: false, source: 'mail.unsubscribed' });
  });

  it('and is on record by nothing but the address, is known all the same', async () => {
    const { contactId } = await someone(database.db);
    const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: contactId } });
    expect(await took(database.db, aWritten({ from: `Ana <${email}>` }))).toMatchObject({ contactId, kind: 'reply' });
  });

  it('and is a stranger, is kept for a person', async () => {
    expect(await took(database.db, aWritten({ from: 'stranger@nowhere.example' }))).toMatchObject({
      standing: 'kept',
      contactId: null,
    });
  });
});

describe('a send in doubt', () => {
  const doubtful = () => sent({ script: IN_DOUBT });

  it.each([
    ['failed', { action: 'failed' }, 'rejected', ['mail.bounced']],
    ['delivered', { action: 'delivered', status: '2.0.0' }, 'accepted', ['mail.accepted', 'mail.delivered']],
    ['delayed', { action: 'delayed', status: '4.4.1' }, 'accepted', ['mail.accepted', 'mail.delayed']],
  ])('of which a report says %s is no longer in doubt', async (_name, parts, status, events) => {
    const mail = await doubtful();
    expect(await ledgerOf(mail)).toMatchObject({ status: 'unknown' });
    await took(database.db, aReport(mail, parts), { now: MONDAY + DAY });
    expect(await ledgerOf(mail)).toMatchObject({ status, settledAt: new Date(MONDAY) });
    expect(await eventsOf(mail.contactId)).toEqual(events);
    expect(await decisionsOf(mail.contactId, 'unknown', 'send')).toMatchObject([
      { kind: 'unknown' },
      { kind: 'send', outcome: status, reason: expect.stringContaining('in doubt until now') },
    ]);
  });

  it('that somebody answers has arrived', async () => {
    const mail = await doubtful();
    await took(database.db, aWritten({ from: mail.email, to: addressOf('reply', mail.sendId) }));
    expect(await ledgerOf(mail)).toMatchObject({ status: 'accepted' });
  });

  const standing = (mail: Sent, status: string, leaseUntil: string) => database.db.$executeRaw`
    UPDATE send SET status = ${status}, lease_until = clock_timestamp() + ${leaseUntil}::interval WHERE id = ${mail.sendId}::uuid`;

  it('that a process died over is settled, before another one tries', async () => {
    const mail = await doubtful();
    await standing(mail, 'dispatching', '-1 minute');
    await took(database.db, aReport(mail, { action: 'delivered', status: '2.0.0' }));
    expect(await ledgerOf(mail)).toMatchObject({ status: 'accepted', leaseUntil: null });
  });

  it('is not taken from a sender who is still at work; if that one is lost later, the sweep ends the doubt', async () => {
    const mail = await doubtful();
    await standing(mail, 'dispatching', '1 minute');
    await took(database.db, aReport(mail));
    expect(await ledgerOf(mail)).toMatchObject({ status: 'dispatching' });
    await standing(mail, 'unknown', '-1 minute');
    await runSweep(database.db, SALES, { now: MONDAY + DAY });
    expect(await ledgerOf(mail)).toMatchObject({ status: 'rejected', reason: expect.stringContaining('hard bounce') });
    expect(await eventsOf(mail.contactId)).toEqual(['mail.bounced']);
  });

  it('stays as it was settled, when it was not in doubt', async () => {
    const mail = await sent();
    await took(database.db, aReport(mail));
    expect(await ledgerOf(mail)).toMatchObject({ status: 'accepted' });
  });
});

describe('a report that lies', () => {
  const forged = (sendId: string) => addressOf('bounce', sendId).replace(/-.+@/, `-${'a'.repeat(26)}@`);

  // INV-LIES-CHANGE-NOTHING
  it.each([
    ['VIV_INBOUND_FORGED', (mail: Sent) => aReport(mail, { to: forged(mail.sendId) })],
    [
      'VIV_INBOUND_FOREIGN',
      (mail: Sent) => aReport(mail, { to: 'viva@viva.example', messageId: `<${newId()}@viva.example>` }),
    ],
    [
      'VIV_INBOUND_FOREIGN',
      (mail: Sent) => aReport(mail, { to: 'viva@viva.example', messageId: `<${mail.sendId}@evil.example>` }),
    ],
    [
      'VIV_INBOUND_RECIPIENT',
      (mail: Sent) => aReport(mail, { to: 'viva@viva.example', recipient: 'victim@example.test' }),
    ],
  ])('%s: changes nothing, and is kept and counted', async (code, write) => {
    const mail = await sent();
    const before = await everythingIn(database.url, ['inbound']);
    expect(await took(database.db, write(mail))).toMatchObject({ standing: 'refused', code, contactId: null });
    expect(await everythingIn(database.url, ['inbound'])).toEqual(before);
    expect(await listInbound(database.db, { standing: 'refused', most: 1 })).toMatchObject([{ code }]);
  });

  it('of two mails at once is about neither', async () => {
    const [one, other] = [await sent(), await sent()];
    const messageId = `<${other.sendId}@viva.example>`;
    expect(await took(database.db, aReport(one, { messageId }))).toMatchObject({ code: 'VIV_INBOUND_CONTRADICTION' });
  });

  it('that names an address and nothing else waits for a person, unless the company trusts such', async () => {
    const { contactId } = await someone(database.db);
    const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: contactId } });
    const bare = (mark: string) =>
      `From: MAILER-DAEMON@x.example\r\nTo: viva@viva.example\r\nSubject: failure notice\r\n\r\nSorry ${mark}\r\n\r\n<${email}>:\r\n550 5.1.1 user unknown\r\n`;
    expect(await took(database.db, bare('a'))).toMatchObject({ standing: 'kept', contactId });
    expect(await suppressionOf(email)).toBeNull();
    expect(await took(database.db, bare('b'), { rules: { trustAddressAlone: true } })).toMatchObject({
      standing: 'applied',
    });
    expect(await suppressionOf(email)).not.toBeNull();
  });

  it('cannot hit a third person: a signed address is for its own recipient', async () => {
    const [mail, victim] = [await sent(), await sent()];
    await took(database.db, aReport(mail, { recipient: victim.email }));
    expect(await suppressionOf(victim.email)).toBeNull();
    expect(await suppressionOf(mail.email)).not.toBeNull();
  });
});

test('what cannot be read is kept as it came, with its code, and only its beginning', async () => {
  const source = `X-Long: ${'a'.repeat(1_000_000)}\r\n\r\nhi`;
  const { id, ...answer } = await took(database.db, source, { rules: { keepRawBytes: 100 } });
  expect(answer).toMatchObject({ standing: 'refused', code: 'VIV_INBOUND_UNREADABLE' });
  const row = await database.db.inbound.findUniqueOrThrow({ where: { id } });
  expect([row.raw?.length, row.rawBytes]).toEqual([100, source.length]);
});

test('how messages came is forgotten by the daily sweep when its time is over, and what they were stays', async () => {
  const { id: old } = await took(database.db, aWritten({ from: 'old@nowhere.example' }), { now: MONDAY });
  const { id: young } = await took(database.db, aWritten({ from: 'young@nowhere.example' }), {
    now: MONDAY + 60 * DAY,
  });
  await runSweep(database.db, SALES, { now: MONDAY + 91 * DAY });
  const rawOf = async (id: string) => (await database.db.inbound.findUniqueOrThrow({ where: { id } })).raw;
  expect([await rawOf(old), (await rawOf(young))?.length]).toEqual([null, expect.any(Number)]);
});
