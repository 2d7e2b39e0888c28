import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadForms } from '../../../src/api/forms/load';
import { buildApi } from '../../../src/api/server';
import { newId } from '../../../src/domain/ids';
import { signLink } from '../../../src/mail/links';
import { createApiKey } from '../../../src/store/api-keys';
import { register } from '../../../src/store/registration';
import { aRules, LINK_SECRET, NOON } from '../../support/api';
import { viveiro } from '../../support/command';
import { testDatabase } from '../../support/database';
import { everythingIn } from '../../support/everything';
import { testFiles } from '../../support/files';

jest.setTimeout(60_000);

const context = testDatabase();
const files = testFiles();
// the first command of all notes which key this database is begun with; what is refused is counted
const everything = () => everythingIn(context.url, ['key_check', 'refusal']);
const command = (...words: readonly string[]) =>
  viveiro(words, { VIVEIRO_DATABASE_URL: context.url, VIVEIRO_DATA_DIR: files.path('data') });

beforeAll(() =>
  register(
    context.db,
    { rules: aRules },
    {
      idempotencyKey: 'ana',
      at: NOON,
      contact: { email: 'ana@example.test', name: 'Ana' },
      lead: { offer: 'course', source: 'form' },
    },
  ),
);

const sequence = (steps: string): string =>
  `sequence: draft\ntitle: Draft\naudience: lead\nenter: {}\nsteps:\n${steps}  - { id: done, type: end }\n`;

describe('a sequence file', () => {
  it.each([
    ['that is no YAML', 'sequence: draft\n  title: [\n', 'VIV_YAML_INVALID', ':1:'],
    ['with an unknown step', sequence('  - { id: a, type: teleport }\n'), 'VIV_STEP_UNKNOWN_TYPE', ':6:'],
    ['that goes nowhere', sequence('  - { id: a, type: wait, for: 1d, next: b }\n'), 'VIV_TARGET_MISSING', ':6:'],
    ['with an unknown key', sequence('  - { id: a, type: wait, four: 1d }\n'), 'VIV_KEY_UNKNOWN', ':6:'],
  ])('%s is refused with its line and a way out, and publishes nothing', async (_, yaml, code, place) => {
    const file = files.write('draft.yaml', yaml);
    const before = await everything();
    const { exitCode, err } = await command('sequence', 'publish', file);
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining(`${file}${place}`) });
    expect(err).toContain(code);
    expect(err).toMatch(/ — \S/); // what to do
    expect(await everything()).toEqual(before);
  });
});

test('a template with a variable that nobody has is told with file, line and the variables there are', async () => {
  const template = '---\nsubject: "Hi {{contact.shoeSize}}"\n---\nHello\n';
  mkdirSync(files.path('templates/hello'), { recursive: true });
  files.write('templates/hello/en.md', template);
  const file = files.write('mail.yaml', sequence('  - { id: a, type: mail, template: hello }\n'));
  const { exitCode, err } = await command('sequence', 'validate', file, '--templates', files.path('templates'));
  expect(exitCode).toBe(2);
  expect(err).toContain('VIV_TEMPLATE_INVALID');
  expect(err).toMatch(/hello\/en\.md:2.*contact\.shoeSize.*contact\.firstName/s);
});

test('a CSV file with bad rows gives its good ones, and each bad one with line and reason in the reject file', async () => {
  const rows = [
    Buffer.from('Email,Name'),
    Buffer.from('good@example.test,G\u00f3od'),
    Buffer.from('latin@example.test,Jos\xe9', 'latin1'),
    Buffer.from('many@example.test,x,y,z'),
    Buffer.from('formula@example.test,=cmd|calc'),
    Buffer.from('nobody,Bob'),
    Buffer.concat([Buffer.from('big@example.test,'), Buffer.alloc(10_000_000, 'x')]),
    Buffer.from('last@example.test,Last\n'),
  ];
  const csv = files.write('leads.csv', Buffer.concat(rows.flatMap((row) => [row, Buffer.from('\n')])));
  const map = files.write(
    'map.yaml',
    'import: leads\nname: bad\ncontact: { email: "{Email}", name: "{Name}" }\nlead: { offer: course, source: file }\n',
  );
  const rejects = files.path('rejects.csv');
  const { exitCode, out } = await command('import', csv, '--map', map, '--rejects', rejects, '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ imported: 2, rejected: 5 });
  const kept = await context.db.contact.findMany({ where: { email: { not: 'ana@example.test' } } });
  expect(kept.map(({ email }) => email).sort()).toEqual(['good@example.test', 'last@example.test']);
  const lines = readFileSync(rejects, 'utf8').split('\n');
  for (const [index, reason] of [/UTF-8/, /4 cells/, /formula/, /e-mail/, /1000000 bytes/].entries())
    expect(lines[index + 1]).toMatch(new RegExp(`^${index + 3},${index + 2},VIV_ROW_INVALID,.*${reason.source}`));
  expect(lines[3]).toContain(",'=cmd|calc"); // a table program takes it as text
  await context.db.contact.deleteMany({ where: { id: { in: kept.map(({ id }) => id) } } });
});

describe('over HTTP', () => {
  const api = () =>
    buildApi({
      db: context.db,
      turn: { rules: aRules },
      linkSecret: LINK_SECRET,
      publicUrl: 'http://localhost',
      forms: loadForms(path.resolve(__dirname, '../../../forms')),
      clock: () => NOON,
    });
  const event = (properties: object) => ({ type: 'page.seen', contact: { email: 'ana@example.test' }, properties });

  it('an event of 5 MB is refused before it is read', async () => {
    const { key } = await createApiKey(context.db, { name: 'tests', at: NOON });
    const before = await everything();
    const payload = event({ text: 'a'.repeat(5_000_000) });
    const headers = { authorization: `Bearer ${key}` };
    const answer = await api().inject({ method: 'POST', url: '/v1/events', headers, payload });
    expect(answer.json()).toMatchObject({ status: 413, code: 'VIV_BODY_TOO_LARGE' });
    expect(await everything()).toEqual(before);
  });

  it.each([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer viv_wrong' }],
  ])('a request with %s for an API key records nothing', async (_, headers) => {
    const before = await everything();
    const answer = await api().inject({ method: 'POST', url: '/v1/events', headers, payload: event({}) });
    expect(answer.json()).toMatchObject({ status: 401, code: 'VIV_UNAUTHORISED' });
    expect(answer.json().detail).toContain('viveiro key create');
    expect(await everything()).toEqual(before);
  });

  it('a forged link does nothing, whatever it asks for', async () => {
    const before = await everything();
    const foreign = signLink('the secret of somebody else, long enough', { kind: 'unsubscribe', id: newId() });
    const good = signLink(LINK_SECRET, { kind: 'unsubscribe', id: newId() });
    const cut = good.slice(0, -1);
    for (const url of [`/u/${foreign}`, `/u/${cut}`, `/c/${good}`, `/h/${good}`, `/call/${good}`])
      for (const method of ['GET', 'POST'] as const) {
        if (method === 'POST' && url.startsWith('/c/')) continue; // there is no such route
        expect((await api().inject({ method, url })).json()).toMatchObject({ status: 403, code: 'VIV_LINK_FORGED' });
      }
    expect(await everything()).toEqual(before);
  });
});
