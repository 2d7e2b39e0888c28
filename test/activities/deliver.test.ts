import { simpleParser } from 'mailparser';
import { createDeliver } from '../../src/activities/deliver';
import type { RepMail } from '../../src/activities/handoff-mail';
import { newId } from '../../src/domain/ids';
import { HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { testMailServing } from '../support/mailing';

const database = testDatabase();
const post = testMailServing(database);
const { serve } = post;

const aMail = (parts: Partial<RepMail> = {}): RepMail => ({
  handoffId: newId(),
  journeyId: newId(),
  stepId: 'sell',
  recipient: `${newId()}@sales.example`,
  template: 'rep-handoff',
  locale: 'en',
  data: {
    rep: { name: 'Rita' },
    lead: { name: 'Ana *<b>*', offer: 'course', score: 12, grade: 'A', temperature: 'warm' },
    story: [
      { day: '5 Jan', text: 'sent a form' },
      { day: '6 Jan', text: '[asked](https://evil.example) for a call' },
    ],
    links: { accept: 'https://viva.example/h/t#accept', reject: '#', recycle: '#' },
    dueText: 'Tue 6 Jan',
  },
  ...parts,
});
const sending = (mail: RepMail | null, sendId = newId(), now = MONDAY) => ({
  sendId,
  deliver: (by = post.deps) => createDeliver(by)({ sendId, now }, async () => mail),
  row: () => database.db.send.findUnique({ where: { id: sendId } }),
});

test('a mail to a rep is sent once, and stands in the ledger under its handoff', async () => {
  await serve();
  const mail = aMail();
  const { deliver, row, sendId } = sending(mail);
  expect(await deliver()).toEqual({ status: 'taken' });
  expect(await deliver()).toEqual({ status: 'taken' });
  expect(post.server.messages).toHaveLength(1);
  expect(await row()).toMatchObject({
    status: 'accepted',
    contactId: null,
    handoffId: mail.handoffId,
    journeyId: mail.journeyId,
    purpose: 'transactional',
    subject: 'A lead for you: Ana *<b>*',
    messageId: `<${sendId}@viva.example>`,
    attempts: 1,
  });
});

test('it tells the story as one list, its values are never Markdown or HTML, and its links are its own', async () => {
  await serve();
  await sending(aMail()).deliver();
  const { html, text, headers } = await simpleParser(post.server.messages[0] ?? '');
  expect(html).toContain(
    '<li><strong>5 Jan</strong> sent a form</li>\n<li><strong>6 Jan</strong> [asked](https://evil.example) for a call</li>',
  );
  expect(html).toContain('href="https://viva.example/h/t#accept"');
  expect(text).toContain('Accept <https://viva.example/h/t#accept> by Tue 6 Jan');
  expect(headers.has('list')).toBe(false);
});

test('ten who deliver at once send one', async () => {
  await serve();
  const { deliver } = sending(aMail());
  await Promise.all(Array.from({ length: 10 }, () => deliver()));
  expect(post.server.messages).toHaveLength(1);
});

test('when there is nothing to say any more nothing is sent, and nothing is written', async () => {
  await serve();
  const { deliver, row } = sending(null);
  expect(await deliver()).toEqual({ status: 'taken' });
  expect(await row()).toBeNull();
});

test('a mail that was put off is given up when there is nothing to say any more', async () => {
  await serve([{ RCPT: '451 later' }]);
  const sendId = newId();
  await sending(aMail(), sendId).deliver();
  expect(await sending(null, sendId).deliver()).toEqual({ status: 'taken' });
  expect(await sending(null, sendId).row()).toMatchObject({ status: 'skipped' });
});

test('what the server says of it is told to whoever asked', async () => {
  await serve([{ RCPT: '550 5.1.1 no such user' }, { RCPT: '451 later' }]);
  const unknown = sending(aMail());
  const refused = { status: 'refused', reason: '550 5.1.1 no such user' };
  expect(await unknown.deliver()).toEqual(refused);
  expect(await unknown.deliver()).toEqual(refused);
  await post.server.hears('RSET');
  post.server.dropAll();
  const later = sending(aMail());
  expect(await later.deliver()).toEqual({ status: 'deferred', until: MONDAY + HOUR / 12 });
  post.server.dropAll();
  expect(await later.deliver()).toEqual({ status: 'taken' });
});

test('a suppressed address gets no mail', async () => {
  await serve();
  const mail = aMail();
  await database.db.suppression.create({ data: { email: mail.recipient, reason: 'manual', at: new Date(0) } });
  const { deliver, row } = sending(mail);
  const refused = { status: 'refused', reason: 'the address is suppressed: manual' };
  expect(await deliver()).toEqual(refused);
  expect(await deliver()).toEqual(refused);
  expect(await row()).toMatchObject({ status: 'rejected' });
  expect(post.server.messages).toEqual([]);
});

test('without a final reply it goes out again under the same Message-ID', async () => {
  await serve([{ dot: 'drop' }]);
  const { deliver, row } = sending(aMail());
  expect(await deliver()).toMatchObject({ status: 'deferred' });
  expect(await deliver()).toEqual({ status: 'taken' });
  expect(post.server.messages).toHaveLength(2);
  expect(post.server.messages[1]).toBe(post.server.messages[0]);
  expect(await row()).toMatchObject({ status: 'accepted', attempts: 2 });
});

test('a worker that ends after the 354 leaves it to the next, which sends it again', async () => {
  await serve();
  const { deliver, row } = sending(aMail());
  const at = () => {
    throw new Error('ended');
  };
  const moments = { at: (moment: string) => (moment === 'replied' ? at() : undefined) };
  await expect(deliver({ ...post.deps, leaseMs: 1, hooks: moments })).rejects.toThrow('ended');
  expect(await deliver()).toEqual({ status: 'taken' });
  expect(post.server.messages).toHaveLength(2);
  expect(new Set(post.server.messages).size).toBe(1);
  expect(await row()).toMatchObject({ status: 'accepted', attempts: 2 });
});

test('a mail that its template cannot say is refused with the reason', async () => {
  await serve();
  const { lead, ...rest } = aMail().data;
  const { name: _, ...nameless } = lead;
  const { deliver } = sending({ ...aMail(), data: { ...rest, lead: nameless as RepMail['data']['lead'] } });
  expect(await deliver()).toMatchObject({ status: 'refused', reason: expect.stringContaining('"name" has no value') });
});
