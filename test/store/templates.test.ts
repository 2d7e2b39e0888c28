import type { TemplateContent } from '../../src/domain/template/content';
import { transaction } from '../../src/store/db';
import { findNumberedTemplate, listTemplateVersions, publishTemplate } from '../../src/store/templates';
import { MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';

const database = testDatabase(12);

const saying = (subject: string, files: TemplateContent['files'] = {}): TemplateContent => ({
  texts: [{ locale: 'en', subject, preheader: '', html: '<p>{{contact.name}}</p>', text: null, links: [] }],
  files,
});
const publish = (template: string, content: TemplateContent) =>
  transaction(database.db, (tx) => publishTemplate(tx, { template, content, now: MONDAY }));
const numbered = (template: string, version?: number) =>
  transaction(database.db, (tx) => findNumberedTemplate(tx, { template, ...(version ? { version } : {}) }));

test('what gives recipients the same makes no new version, notes in the files or not', async () => {
  expect(await publish('same', saying('One'))).toMatchObject({ version: 1, status: 'published' });
  expect(await publish('same', saying('One', { 'same/en.md': 'with a note' }))).toMatchObject({
    version: 1,
    status: 'unchanged',
  });
  expect(await publish('same', saying('Two'))).toMatchObject({ version: 2, status: 'published' });
  expect(await publish('same', saying('One'))).toMatchObject({ version: 3, status: 'published' });
});

test('a version is what was published, for ever', async () => {
  const content = saying('One', { 'kept/en.md': 'text' });
  await publish('kept', content);
  await publish('kept', saying('Two'));
  expect(await numbered('kept', 1)).toMatchObject({ template: 'kept', version: 1, content });
  expect(await numbered('kept')).toMatchObject({ version: 2, content: saying('Two') });
  await expect(numbered('kept', 9)).rejects.toMatchObject({
    code: 'VIV_TEMPLATE_VERSION_UNKNOWN',
    message: 'Template "kept" has no version 9. Published: 1, 2.',
  });
});

test('of twelve that publish at once each gets a number of its own, or finds its own words there', async () => {
  const words = ['a', 'b', 'c', 'd'].flatMap((subject) => [subject, subject, subject]);
  const published = await Promise.all(words.map((subject) => publish('raced', saying(subject))));
  const versions = await listTemplateVersions(database.db, 'raced');
  expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => versions.length - index));
  for (const [index, { version }] of published.entries())
    expect(await numbered('raced', version)).toMatchObject({ content: saying(words[index] ?? '') });
});
