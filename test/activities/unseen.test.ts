import { simpleParser } from 'mailparser';
import { DEFAULT_ENGAGEMENT, OPEN_TRACKING } from '../../src/domain/engagement/rules';
import { readLink } from '../../src/mail/links';
import { LINK_SECRET } from '../support/api';
import { testDatabase } from '../support/database';
import { allow, aMailing, MAILING, type Mailing, sendMail, testMailServing } from '../support/mailing';

const database = testDatabase();
const post = testMailServing(database);

/** The mail as it came, after the rules of engagement have been changed. */
async function sent(mailing: Mailing, engagement: typeof DEFAULT_ENGAGEMENT) {
  await post.serve([], { turn: { ...MAILING, rules: { ...MAILING.rules, engagement } } });
  await sendMail(post.deps, mailing);
  const { html, text = '' } = await simpleParser(post.server.messages[0] ?? '');
  return { html: html || '', text };
}

const tracking = { ...DEFAULT_ENGAGEMENT, opens: { ...DEFAULT_ENGAGEMENT.opens, track: true } };
const kindsIn = (part: string) =>
  [...part.matchAll(/https:\/\/viva\.example\/[co]\/([\w-]+)/g)].map(
    ([, token = '']) => readLink(LINK_SECRET, token).kind,
  );

test('a marketing mail has a link that no person meets, by eye, key or screen reader, and none in its text', async () => {
  const mailing = await aMailing(database.db);
  const { html, text } = await sent(mailing, DEFAULT_ENGAGEMENT);
  const [trap = ''] = /<a [^>]*aria-hidden="true"[^>]*><\/a>/.exec(html) ?? [];
  expect(trap).toContain('tabindex="-1"');
  expect(trap).toContain('display:none');
  expect(kindsIn(trap)).toEqual(['trap']);
  expect(html.indexOf(trap)).toBeLessThan(html.indexOf('</body>'));
  expect(kindsIn(text)).not.toContain('trap');
  const without = { ...DEFAULT_ENGAGEMENT, machines: { ...DEFAULT_ENGAGEMENT.machines, trap: [] } };
  expect(kindsIn((await sent(await aMailing(database.db), without)).html)).not.toContain('trap');
});

// INV-NO-PICTURE-WITHOUT-CONSENT
test('a mail has a picture that tells of its opening only if the rules want it and the contact allows it', async () => {
  const [silent, asked, left] = [await aMailing(database.db), await aMailing(database.db), await aMailing(database.db)];
  for (const { contactId } of [asked, left]) await allow(database.db, contactId, OPEN_TRACKING);
  await allow(database.db, left.contactId, OPEN_TRACKING, false);
  expect(kindsIn((await sent(silent, tracking)).html)).not.toContain('open');
  expect(kindsIn((await sent(left, tracking)).html)).not.toContain('open');
  const other = await aMailing(database.db);
  await allow(database.db, other.contactId, OPEN_TRACKING);
  expect(kindsIn((await sent(other, DEFAULT_ENGAGEMENT)).html)).not.toContain('open');
  const { html, text } = await sent(asked, tracking);
  expect(kindsIn(html).filter((kind) => kind === 'open')).toHaveLength(1);
  expect(html).toMatch(/<img [^>]*alt=""[^>]*>/);
  expect(kindsIn(text)).not.toContain('open');
});
