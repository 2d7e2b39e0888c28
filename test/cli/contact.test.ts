import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { ADDRESS_KEY } from '../support/keys';

const database = testDatabase();
const ENVIRONMENT = () => ({ VIVEIRO_DATABASE_URL: database.url, VIVEIRO_ADDRESS_KEY: ADDRESS_KEY });
const run = (...words: readonly string[]) => viveiro(['contact', ...words], ENVIRONMENT());
const json = async (...words: readonly string[]) => JSON.parse((await run(...words, '--json')).out);

test('a contact is typed in with its telephone in full, its company, a lead and the words of its consent', async () => {
  const said = ['--consent', 'marketing', '--words', 'May we write to you?'];
  const { id } = await json(
    'add',
    'Ana@viva.example',
    '--name',
    'Ana',
    '--phone',
    '(11) 98765-4321',
    '--offer',
    'demo',
    ...said,
  );
  const contact = await database.db.contact.findUniqueOrThrow({ where: { id } });
  expect(contact).toMatchObject({ email: 'ana@viva.example', name: 'Ana', attributes: { phone: '+5511987654321' } });
  const organisation = await database.db.organisation.findUniqueOrThrow({ where: { domain: 'viva.example' } });
  expect(contact.organisationId).toBe(organisation.id);
  expect(await database.db.lead.findFirstOrThrow({ where: { contactId: id } })).toMatchObject({ source: 'typed in' });
  expect(await database.db.consent.findFirstOrThrow({ where: { contactId: id } })).toMatchObject({
    text: 'May we write to you?',
  });
  const again = await run('add', 'A.na+x@gmail.com', '--attribute', 'role=manager', '--tag', 'fair');
  expect(again).toMatchObject({ exitCode: 0, out: expect.stringContaining('is on record') });
  expect(await json('add', 'ana@googlemail.com')).toMatchObject({ created: false });
  expect(await database.db.organisation.count()).toBe(1); // gmail.com is no company
});

test('two contacts are merged, dry first, listed, and separated again', async () => {
  await run('add', 'bia@viva.example', '--name', 'Bia', '--phone', '+48 601 234 567');

  await run('add', 'beata@wp.pl', '--name', 'bia', '--phone', '+48601234567');
  const { duplicates } = await json('duplicates');
  expect(duplicates).toEqual([
    { contact: 'bia@viva.example', other: 'beata@wp.pl', reason: 'same name and telephone' },
  ]);
  expect(await run('duplicates')).toMatchObject({ exitCode: 0, out: expect.stringContaining('beata@wp.pl') });
  const dry = await run('merge', 'bia@viva.example', 'beata@wp.pl', '--dry-run');
  expect(dry).toMatchObject({ exitCode: 0, out: expect.stringContaining('Nothing was changed') });
  const { mergeId } = await json('merge', 'bia@viva.example', 'beata@wp.pl', '--reason', 'the same');
  expect(await json('merges')).toMatchObject({
    merges: [{ id: mergeId, contact: 'bia@viva.example', reason: 'the same' }],
  });
  const why = await viveiro(['why', 'beata@wp.pl'], ENVIRONMENT());
  expect(why.out).toMatch(/contact merged.*merged with another contact/s);
  expect(await run('unmerge', mergeId)).toMatchObject({ exitCode: 0 });
  expect((await run('merges')).out).toContain(mergeId);
});

test.each([
  [['add', 'nobody'], 'VIV_BODY_INVALID'],
  [['add', 'ana@viva.example', '--phone', 'call me'], 'VIV_PHONE_INVALID'],
  [['add', 'ana@viva.example', '--consent', 'marketing'], 'VIV_USAGE'],
  [['add', 'ana@viva.example', '--attribute', 'x'], 'VIV_USAGE'],
  [['merge', 'ana@viva.example', 'who@viva.example'], 'VIV_CONTACT_UNKNOWN'],
  [['merge', 'ana@viva.example', 'ana@viva.example'], 'VIV_MERGE_SELF'],
  [['unmerge', 'nothing'], 'VIV_MERGE_UNKNOWN'],
])('contact %j is refused with %s', async (words, code) => {
  expect(await run(...words)).toMatchObject({ exitCode: 2, err: expect.stringContaining(code) });
});
