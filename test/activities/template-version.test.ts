import { simpleParser } from 'mailparser';
import type { TemplateContent } from '../../src/domain/template/content';
import { transaction } from '../../src/store/db';
import { storyOf } from '../../src/store/story';
import { listTemplateVersions, publishTemplate } from '../../src/store/templates';
import { takeTurn } from '../../src/store/turn';
import { HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aMailing, type Mailing, requestOf, sendMail, TEMPLATES, testMailServing } from '../support/mailing';

const database = testDatabase();
const post = testMailServing(database);
const { serve } = post;

/** A template of the fixtures with another subject. */
function saying(template: string, subject: string): TemplateContent {
  const content = TEMPLATES.content(template);
  if (!content) throw new Error(`no template ${template}`);
  return { ...content, texts: content.texts.map((text) => ({ ...text, subject })) };
}
const publish = (template: string, subject: string) =>
  transaction(database.db, (tx) => publishTemplate(tx, { template, content: saying(template, subject), now: MONDAY }));
const versionOf = async ({ request }: Mailing) => {
  const { templateVersionId } = await database.db.send.findUniqueOrThrow({ where: { id: request.key } });
  return templateVersionId && database.db.templateVersion.findUniqueOrThrow({ where: { id: templateVersionId } });
};
const subjects = async () =>
  Promise.all(post.server.messages.map(async (message) => (await simpleParser(message)).subject));

test('a template that nobody has published is published with its first mail, as it stands in the folder', async () => {
  await serve();
  const [first, second] = [await aMailing(database.db), await aMailing(database.db)];
  await Promise.all([sendMail(post.deps, first), sendMail(post.deps, second)]);
  expect(await subjects()).toEqual(['Olá, Ana', 'Olá, Ana']);
  expect(await listTemplateVersions(database.db, 'hello')).toMatchObject([{ version: 1, locales: ['en', 'pt-BR'] }]);
  expect(await versionOf(first)).toMatchObject({ template: 'hello', version: 1 });
  expect(await versionOf(second)).toMatchObject({ template: 'hello', version: 1 });
});

test('a new version reaches the mails that are still to be sent, also of journeys under way, and the story says which it was', async () => {
  await serve();
  const mailing = await aMailing(database.db);
  await publish('hello', 'Second edition');
  await sendMail(post.deps, mailing);
  expect(await subjects()).toEqual(['Second edition']);
  expect(await versionOf(mailing)).toMatchObject({ version: 2 });
  const { entries } = await storyOf(database.db, { id: mailing.contactId });
  expect(entries.find(({ kind }) => kind === 'send')).toMatchObject({ template: 'hello version 2' });
});

const LATER = MONDAY + HOUR / 12; // when a mail that was put off is tried again
const aReceipt = () => aMailing(database.db, { template: 'receipt', purpose: 'transactional', consent: false });
/** What the workflow of a journey asks for when its mail is due again. */
async function dueAgain(mailing: Mailing, now: number): Promise<Mailing> {
  const { journeyId } = mailing;
  await transaction(database.db, (tx) => takeTurn(tx, post.deps.turn, { journeyId, turn: 2, now: LATER }));
  return { ...mailing, request: { ...(await requestOf(database.db, journeyId)), now } };
}

// INV-SAME-TEMPLATE
test('a mail that is tried again is written with the version of its first try, whatever was published since', async () => {
  await serve([{ connect: 'drop' }]);
  const mailing = await aReceipt();
  expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { type: 'await', stepId: 'first', until: LATER } });
  await publish('receipt', 'Another receipt');
  await sendMail(post.deps, await dueAgain(mailing, LATER));
  expect(await subjects()).toEqual(['Your receipt']);
  expect(await versionOf(mailing)).toMatchObject({ template: 'receipt', version: 1 });
});

// INV-SAME-TEMPLATE
test('one that goes out twice, since nobody knows whether it arrived, is the same byte for byte', async () => {
  await serve([{ dot: 'drop' }]);
  const mailing = await aReceipt();
  await sendMail(post.deps, mailing);
  await publish('receipt', 'A third receipt');
  await sendMail(post.deps, await dueAgain(mailing, MONDAY));
  expect(post.server.messages).toHaveLength(2);
  expect(post.server.messages[1]).toBe(post.server.messages[0]);
});

test('a template that is nowhere is no mail, and the reason says so', async () => {
  await serve();
  const mailing = await aMailing(database.db, { template: 'nowhere' });
  await sendMail(post.deps, mailing);
  const { status, reason, templateVersionId } = await database.db.send.findUniqueOrThrow({
    where: { id: mailing.request.key },
  });
  expect({ status, templateVersionId }).toEqual({ status: 'skipped', templateVersionId: null });
  expect(reason).toMatch(/^Template "nowhere" is not in .*fixtures/);
});
