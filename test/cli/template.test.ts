import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { simpleParser } from 'mailparser';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { everythingIn } from '../support/everything';
import { testFiles } from '../support/files';
import { ADDRESS_KEY } from '../support/keys';
import { aPerson, writePeople } from '../support/people';
import { type ScriptedSmtp, scriptedSmtp } from '../support/scripted-smtp';

const context = testDatabase();
const files = testFiles();
let server: ScriptedSmtp;
beforeAll(async () => {
  server = await scriptedSmtp();
});
afterAll(() => server.stop());

const HEAD = '---\nsubject: "Hello{{#if contact.firstName}}, {{contact.firstName}}{{/if}}"\n---\n';
const folder = () => files.path('templates');
function write(all: { readonly [file: string]: string }): void {
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(path.join(folder(), path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder(), file), text);
  }
}
beforeEach(() => {
  rmSync(folder(), { recursive: true, force: true });
  write({ 'hello/en.md': `${HEAD}One`, 'hello/pl.md': `${HEAD}Jeden` });
});

const template = (...words: readonly string[]) =>
  viveiro(['template', ...words], {
    VIVEIRO_DATABASE_URL: context.url,
    VIVEIRO_ADDRESS_KEY: ADDRESS_KEY,
    VIVEIRO_SMTP_URL: server.url,
    VIVEIRO_TEMPLATES_DIR: folder(),
    DISPLAY: '',
  });
const json = async (...words: readonly string[]) => JSON.parse((await template(...words, '--json')).out);
const short = (text: string) => text.replaceAll(`${folder()}/`, '');

describe('viveiro template check', () => {
  it('tells errors and warnings of all templates, or of those that are asked for', async () => {
    expect(await template('check')).toEqual({ exitCode: 0, err: '', out: '1 template: 0 errors, 0 warnings\n' });
    write({ 'bad/en.md': `${HEAD}{{contact.nmae}}`, 'odd/en.md': `${HEAD}{{contact.name}}` });
    const { exitCode, out } = await template('check');
    expect(exitCode).toBe(2);
    expect(short(out)).toBe(
      `bad/en.md:4:1 error VIV_TEMPLATE_INVALID there is no "contact.nmae" — did you mean "contact.name"?
odd/en.md:4:1 warning VIV_TEMPLATE_VALUE_UNSURE not everyone has "contact.name" — put {{#if contact.name}} … {{/if}} around it
3 templates: 1 error, 1 warning
`,
    );
    expect(await json('check', 'odd')).toMatchObject({
      isValid: true,
      summary: { templates: 1, errors: 0, warnings: 1 },
    });
    expect(await template('check', 'helo')).toMatchObject({ exitCode: 2, err: expect.stringContaining('"hello"') });
  });
});

describe('viveiro template publish', () => {
  it('makes a version of what changed, shows it, and goes back to an older one', async () => {
    expect((await json('publish')).published).toMatchObject([{ template: 'hello', version: 1, status: 'published' }]);
    expect((await template('publish', 'hello')).out).toBe('hello version 1 says the same already\n');
    write({ 'hello/en.md': `${HEAD}Two` });
    expect((await json('versions', 'hello')).versions).toMatchObject([{ version: 1, saysTheSameAsFiles: false }]);
    expect((await template('publish')).out).toBe('hello version 2 published\n');
    expect((await template('show', 'hello', '--version', '1')).out).toContain(`== hello/en.md\n${HEAD}One\n`);
    const again = await template('publish', 'hello', '--again', '1');
    expect(again.out).toMatch(/^hello version 3 published\nThe files in the folder say something else/);
    expect((await json('show', 'hello', '--out', folder())).version).toBe(3);
    expect(readFileSync(path.join(folder(), 'hello/en.md'), 'utf8')).toBe(`${HEAD}One`);
    expect((await json('versions')).versions).toMatchObject([
      { version: 3, locales: ['en', 'pl'], saysTheSameAsFiles: true },
      { version: 2, saysTheSameAsFiles: false },
      { version: 1, saysTheSameAsFiles: true },
    ]);
    expect(await template('show', 'hello', '--version', '9')).toMatchObject({
      exitCode: 2,
      err: 'VIV_TEMPLATE_VERSION_UNKNOWN: Template "hello" has no version 9. Published: 1, 2, 3.\n',
    });
  });

  it('publishes none when one has an error', async () => {
    write({ 'bad/en.md': `${HEAD}![](https://a.example/x.png)`, 'fresh/en.md': `${HEAD}x` });
    const before = await everythingIn(context.url);
    expect(await template('publish')).toMatchObject({ exitCode: 2, err: expect.stringContaining('VIV_ALT_MISSING') });
    expect(await everythingIn(context.url)).toEqual(before);
  });
});

test('publishing a sequence publishes the templates that it names and that have changed, and tells so', async () => {
  const file = files.write(
    'greet.yaml',
    `sequence: greet
title: Greet
audience: lead
enter: { byHand: true }
steps:
  - { id: hello, type: mail, template: greeting }
  - { id: done, type: end }
`,
  );
  write({ 'greeting/en.md': `${HEAD}One` });
  const publish = () =>
    viveiro(['publish', file], { VIVEIRO_DATABASE_URL: context.url, VIVEIRO_TEMPLATES_DIR: folder() });
  expect((await publish()).out).toBe('greet version 1 published\n  with template greeting version 1\n');
  expect((await publish()).out).toBe('greet version 1 says the same already\n');
  write({ 'greeting/en.md': `${HEAD}Two` });
  expect((await publish()).out).toBe('greet version 1 says the same already\n  with template greeting version 2\n');
  write({ 'greeting/en.md': `${HEAD}![](https://a.example/x.png)` });
  const before = await everythingIn(context.url);
  expect(await publish()).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('an image has no alternative text'),
  });
  expect(await everythingIn(context.url)).toEqual(before);
});

describe('viveiro template preview', () => {
  it('writes a page that shows the mail in both widths, in a list and as text, and lets nothing of it run', async () => {
    const out = files.path('preview.html');
    const { out: said, exitCode } = await template('preview', 'hello', '--locale', 'pl', '--out', out);
    expect({ said, exitCode }).toEqual({ said: `Hello, Ana\n${out}\n`, exitCode: 0 });
    const page = readFileSync(out, 'utf8');
    for (const width of [680, 375])
      expect(page).toMatch(new RegExp(`<iframe sandbox title="\\w+" width="${width}" srcdoc="`));
    expect(page).toContain('&lt;p&gt;Jeden&lt;/p&gt;');
    expect(page).toContain('<pre>Jeden\n');
  });

  it('shows it for a contact on record, or as it was published', async () => {
    const [written] = await writePeople(context.db, [aPerson({})]);
    const { email } = await context.db.contact.findUniqueOrThrow({ where: { id: written?.contactId ?? '' } });
    const contact = await context.db.contact.update({ where: { email }, data: { name: 'Bia Sá', locale: 'pl' } });
    expect(await json('preview', 'hello', '--contact', contact.email)).toMatchObject({
      subject: 'Hello, Bia',
      locale: 'pl',
    });
    await template('publish', 'hello');
    write({ 'hello/en.md': `${HEAD}Quite new` });
    expect((await json('preview', 'hello', '--version', '1')).text).not.toContain('Quite new');
    const [, file = ''] = (await template('preview', 'hello')).out.split('\n');
    expect(existsSync(file)).toBe(true);
    rmSync(path.dirname(file), { recursive: true });
    expect(await template('preview', 'hello', '--contact', 'nobody@example.test')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('VIV_CONTACT_UNKNOWN'),
    });
  });
});

describe('viveiro template send-test', () => {
  it('sends one mail that is marked as a test, and leaves no trace', async () => {
    const before = await everythingIn(context.url);
    const { out } = await template('send-test', 'hello', '--to', 'me@example.test', '--locale', 'pl');
    expect(out).toBe('“[TEST] Hello, Ana” went to me@example.test: 250 2.0.0 taken\n');
    const message = await simpleParser(server.messages.at(-1) ?? '');
    expect(message).toMatchObject({ subject: '[TEST] Hello, Ana', text: expect.stringContaining('Jeden') });
    expect(await everythingIn(context.url)).toEqual(before);
  });

  it('sends none to an address that must not be mailed, or to what is none', async () => {
    await context.db.suppression.create({ data: { email: 'gone@example.test', reason: 'complaint', at: new Date(0) } });
    const sent = server.messages.length;
    expect(await template('send-test', 'hello', '--to', 'Gone@example.test')).toMatchObject({
      exitCode: 2,
      err: 'VIV_ADDRESS_SUPPRESSED: That address must not be mailed: complaint. Send the test to another one.\n',
    });
    expect(await template('send-test', 'hello', '--to', 'a@b.example, c@d.example')).toMatchObject({ exitCode: 2 });
    expect(server.messages).toHaveLength(sent);
  });

  it('refuses an SMTP account that is none', async () => {
    expect(await template('send-test', 'hello', '--to', 'me@example.test', '--account', 'news')).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(
        /^VIV_ACCOUNT_UNKNOWN: No SMTP account "news" .* There are: none\. Name one of them, or add it there\.\n$/,
      ),
    });
  });

  it('tells what the server says against it', async () => {
    const grumpy = await scriptedSmtp([{ RCPT: '550 5.7.1 not you' }]);
    const words = ['template', 'send-test', 'hello', '--to', 'me@example.test'];
    const said = await viveiro(words, {
      VIVEIRO_DATABASE_URL: context.url,
      VIVEIRO_ADDRESS_KEY: ADDRESS_KEY,
      VIVEIRO_SMTP_URL: grumpy.url,
      VIVEIRO_TEMPLATES_DIR: folder(),
    });
    expect(said).toMatchObject({
      exitCode: 3,
      err: expect.stringMatching(/^VIV_TEST_NOT_SENT: .*the server says 550 5\.7\.1 not you/),
    });
    await grumpy.stop();
  });
});
