import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newId } from '../../src/domain/ids';
import { takeSubmission } from '../../src/store/form-submissions';
import { aRules } from '../support/api';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { ADDRESS_KEY } from '../support/keys';

const context = testDatabase();
const files = testFiles();
const FORMS = path.resolve(__dirname, '../../forms');
const PUBLIC = 'https://forms.example.test';
const form = (...words: readonly string[]) =>
  viveiro(['form', ...words], {
    VIVEIRO_DATABASE_URL: context.url,
    VIVEIRO_ADDRESS_KEY: ADDRESS_KEY,
    VIVEIRO_PUBLIC_URL: PUBLIC,
    DISPLAY: '',
  });

/** A submission that is held, as a form has sent it. */
async function held(email: string): Promise<string> {
  const id = newId();
  await takeSubmission(
    context.db,
    { rules: aRules },
    {
      id,
      form: 'course',
      at: Date.now(),
      bodyHash: id,
      block: 'b',
      address: id,
      perBlock: 100,
      registration: {
        idempotencyKey: id,
        at: Date.now(),
        contact: { email, name: 'Ana\u001b[2J' },
        lead: { offer: 'course', source: 'form' },
        form: 'course',
        tells: { form: 'course', submission: id },
      },
      holdReasons: () => ['trap'],
    },
  );
  return id;
}

test('the shipped forms are listed and shown, and are valid without a word to say', async () => {
  const { out } = await form('list', '--json');
  expect(
    JSON.parse(out).forms.map(({ form: name, brings }: { form: string; brings: string }) => [name, brings]),
  ).toEqual([
    ['call-me', 'call'],
    ['course', null],
    ['open-day', 'webinar'],
    ['watering-guide', 'ebook'],
  ]);
  expect((await form('list')).out).toContain(`${PUBLIC}/f/open-day`);
  expect((await form('show', 'open-day', '--lang', 'pl')).out).toContain(
    'brings the webinar of 2027-03-10T22:00:00.000Z',
  );
  expect((await form('show', 'course')).out).toMatch(/companySize +number +attribute +later/);
  expect(JSON.parse((await form('show', 'call-me', '--json')).out)).toMatchObject({
    form: 'call-me',
    url: `${PUBLIC}/f/call-me`,
  });
  const checked = await viveiro(['validate', FORMS, '--json']);
  const { summary, files: all } = JSON.parse(checked.out);
  expect(summary).toEqual({ files: 4, valid: 4, errors: 0, warnings: 0 });
  expect(all).toHaveLength(4);
});

test('validate tells what is wrong with a form beside sequences, with line and fix', async () => {
  const file = files.write(
    'demo.yaml',
    'form: demo\noffer: demo\ntitle: { en: Demo }\nfields:\n  - { name: a, type: txt, label: { en: A } }\n',
  );
  const { exitCode, out } = await viveiro(['validate', file]);
  expect(exitCode).toBe(2);
  expect(out).toMatch(/demo\.yaml:5:\d+ error VIV_VALUE_INVALID/);
  const warned = files.write(
    'slip.yaml',
    'form: slip\noffer: a\ntitle: { en: A, pl: A }\nfields:\n  - { name: email, type: email, required: true, label: { en: E } }\n  - { name: companysize, type: number, label: { en: N, pl: N } }\n',
  );
  const told = await viveiro(['validate', warned]);
  expect(told).toMatchObject({ exitCode: 0 });
  expect(told.out).toMatch(/5:\d+ warning VIV_FORM_TEXT_MISSING/);
  expect(told.out).toMatch(/6:\d+ warning VIV_FORM_ATTRIBUTE_UNFAMILIAR .*companySize/);
  expect(told.out).toContain('form slip is valid, 2 fields');
});

test('a preview and a snippet are made from the file', async () => {
  const out = files.path('course.html');
  expect(await form('preview', 'course', '--lang', 'pl', '--all', '--out', out, '--no-open')).toMatchObject({
    exitCode: 0,
  });
  expect(readFileSync(out, 'utf8')).toMatch(/<html lang="pl">.*Co uprawiasz\?/s);
  const script = await form('snippet', 'course', '--lang', 'pt-BR');
  expect(script.out).toContain(`<script src="${PUBLIC}/f/course.js" data-lang="pt-BR" async></script>`);
  expect(script.err).toContain('origins:');
  const plain = await form('snippet', 'course', '--html');
  expect(plain.out).toContain(`<form method="post" action="${PUBLIC}/f/course" lang="pt-BR">`);
  expect(plain.out).not.toMatch(/token|<script|consent/);
  expect((await form('open', 'course', '--lang', 'en')).out).toBe(`${PUBLIC}/f/course?lang=en\n`);
});

test('what is not there is told', async () => {
  expect(await form('show', 'cours')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('did you mean "course"?'),
  });
  expect(await form('release', newId())).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_FORM_HELD_UNKNOWN'),
  });
  expect(await form('drop', 'nonsense')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_FORM_HELD_UNKNOWN'),
  });
  const nowhere = path.join(files.path('none'), 'x.html');
  expect(await form('preview', 'course', '--out', nowhere, '--no-open')).toMatchObject({
    err: expect.stringContaining('VIV_FILE_UNWRITABLE'),
  });
});

test('what is held is listed, released or forgotten, and counted', async () => {
  expect((await form('held')).out).toBe('Nothing is held.\n');
  expect((await form('count', 'nothing')).out).toBe('Nothing was sent in 7 days.\n');
  const [good, spam] = [await held('good@example.test'), await held('spam@example.test')];
  const list = await form('held', 'course');
  expect(list.out).toMatch(/trap +good@example\.test +Ana \[2J/); // no sign that moves the cursor
  expect(JSON.parse((await form('held', '--json')).out).held).toHaveLength(2);
  expect((await form('release', good)).out).toContain('counts for course');
  expect((await form('drop', spam)).out).toContain('forgotten');
  expect(await context.db.contact.findMany({ select: { email: true } })).toEqual([{ email: 'good@example.test' }]);
  const { counts } = JSON.parse((await form('count', '--json')).out);
  expect(counts).toEqual([
    { form: 'course', standing: 'dropped', why: 'trap', count: 1 },
    { form: 'course', standing: 'released', why: 'trap', count: 1 },
  ]);
});
