import { readFileSync, statSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { createErasureActivities } from '../../src/activities/erasure';
import { buildApi } from '../../src/api/server';
import { personExportSchema } from '../../src/domain/privacy/person-export';
import { createApiKey } from '../../src/store/api-keys';
import { aRules, NOON } from '../support/api';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { someone } from '../support/journeys';
import { ADDRESS_KEY } from '../support/keys';
import { expectRefused } from '../support/refusals';
import { LINK_SECRET } from '../support/secret';

let app: FastifyInstance;
afterAll(() => app?.close());
const database = testDatabase();
const files = testFiles();
let authorization = '';
beforeAll(async () => {
  app = buildApi({
    db: database.db,
    turn: { rules: aRules },
    linkSecret: LINK_SECRET,
    publicUrl: 'http://localhost',
    forms: new Map(),
    clock: () => NOON,
  });
  await app.ready();
  authorization = `Bearer ${(await createApiKey(database.db, { name: 'tests', at: NOON })).key}`;
});
const say = (...words: readonly string[]) =>
  viveiro(words, {
    VIVEIRO_DATABASE_URL: database.url,
    VIVEIRO_DATA_DIR: files.path('data'),
    VIVEIRO_ADDRESS_KEY: ADDRESS_KEY,
  });
const done = async (...words: readonly string[]) => {
  const { exitCode, out, err } = await say(...words);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  return out;
};
const ask = (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) =>
  app.inject({ method, url, headers: { authorization }, ...(payload === undefined ? {} : { payload }) });

async function carriedOut(erasureId: string): Promise<void> {
  const steps = createErasureActivities({ db: database.db, turn: { rules: aRules } });
  const turn = { erasureId, now: Date.now() };
  await steps.readErasure(turn);
  await steps.stopErased(turn);
  const replaced = await steps.eraseRows(turn);
  await steps.proveErasure({ ...turn, replaced, deleted: { deleted: 0, refused: null } });
}

test('a person is handed out as two files that only their owner can read', async () => {
  await someone(database.db, { email: 'ana@viva.test', name: 'Ana' });
  const out = files.path('ana');
  const { files: written } = JSON.parse(
    await done('contact', 'export', 'ana@viva.test', '--out', out, '--lang', 'pl', '--json'),
  );
  const data = personExportSchema.parse(JSON.parse(readFileSync(written.json, 'utf8')));
  expect(data.person).toMatchObject({ email: 'ana@viva.test', name: 'Ana' });
  expect(readFileSync(written.html, 'utf8')).toContain('<h1>Twoje dane</h1>');
  for (const file of [written.json, written.html]) expect(statSync(file).mode & 0o077).toBe(0);
  const { statusCode, headers, body } = await ask('GET', '/v1/contacts/ana@viva.test/export?format=html&lang=en');
  expect({ statusCode, type: headers['content-type'] }).toEqual({ statusCode: 200, type: 'text/html; charset=utf-8' });
  expect(body).toContain('<h1>Your data</h1>');
  expect(personExportSchema.parse((await ask('GET', '/v1/contacts/ana@viva.test/export')).json()).person.name).toBe(
    'Ana',
  );
});

test('a contact is corrected from the command line and by the API', async () => {
  await someone(database.db, { email: 'rui@viva.test', attributes: { city: 'Porto' } });
  const said = await done(
    'contact',
    'correct',
    'rui@viva.test',
    '--attribute',
    'city=Faro',
    '--attribute',
    'age=41',
    '--remove',
    'name',
    '--reason',
    'x',
  );
  expect(said).toContain('corrected name, attributes.city, attributes.age');
  const answer = await ask('PATCH', '/v1/contacts/rui@viva.test', { email: 'rui@sousa.test', reason: 'he wrote' });
  expect({ status: answer.statusCode, ...answer.json() }).toMatchObject({
    status: 200,
    changed: ['email'],
    asked: [],
    lapsed: [],
  });
  expect(await database.db.contact.findUnique({ where: { email: 'rui@sousa.test' } })).toMatchObject({
    name: null,
    attributes: { city: 'Faro', age: 41 },
  });
});

test('an erasure is looked at, asked for, cancelled, and shown with its proof by the address', async () => {
  await someone(database.db, { email: 'zoe@viva.test' });
  expect(await done('contact', 'erase', 'zoe@viva.test', '--dry-run')).toMatch(/contact +1 +deleted last/);
  expectRefused(await say('contact', 'erase', 'zoe@viva.test'), {
    code: 'VIV_USAGE',
    says: /--dry-run, then add --yes/,
  });
  expect(await database.db.erasure.count()).toBe(0);
  const asked = JSON.parse(await done('contact', 'erase', 'zoe@viva.test', '--after', '24h', '--yes', '--json'));
  expect(asked).toMatchObject({ isNew: true, erasure: { status: 'waiting', scope: 'marketing' } });
  expect(await done('contact', 'cancel-erasure', asked.erasure.id)).toContain('is cancelled');

  const again = await ask('POST', '/v1/contacts/zoe@viva.test/erasure', {
    scope: 'everything',
    by: 'the data officer',
  });
  expect(again.statusCode).toBe(202);
  const { id } = again.json().erasure;
  await carriedOut(id);
  expect((await ask('GET', `/v1/erasures/${id}`)).json()).toMatchObject({ status: 'done', proof: { left: [] } });
  expect((await ask('GET', '/v1/erasures?email=zoe@viva.test')).json().erasures).toHaveLength(2);
  const shown = await done('contact', 'erasures', 'zoe@viva.test');
  expect(shown).toMatch(new RegExp(`${id}  done .*the data officer`));
  expect(shown).toMatch(/proof: \d+ texts looked for in \d+ columns of \d+ tables/);
  expect(shown).not.toContain('zoe@');
  expect((await ask('POST', `/v1/erasures/${id}/cancel`)).json()).toMatchObject({
    status: 409,
    code: 'VIV_ERASURE_BEGUN',
  });
});

test('the retention rules are planned and run', async () => {
  expect(await done('retention', 'plan')).toMatch(
    /class +action +older than.*\n.*inbound +anonymise .* 0\nwebhooks +delete/,
  );
  expect(JSON.parse(await done('retention', 'run', '--json')).classes).toHaveLength(3);
  expect(JSON.parse(await done('retention', 'list', '--json'))).toEqual({ runs: [] });
});

test.each([
  ['an export of nobody', ['contact', 'export', 'nobody@viva.test', '--out', 'x'], 'VIV_CONTACT_UNKNOWN', undefined],
  ['an export to nowhere', ['contact', 'export', 'ana@viva.test'], 'VIV_USAGE', /--out/],
  [
    'an export into a file',
    ['contact', 'export', 'ana@viva.test', '--out', __filename],
    'VIV_FILE_UNWRITABLE',
    undefined,
  ],
  [
    'an export in a language that there is not',
    ['contact', 'export', 'ana@viva.test', '--out', 'x', '--lang', 'xx'],
    'VIV_USAGE',
    /en, pt, pl/,
  ],
  ['a correction of nothing', ['contact', 'correct', 'ana@viva.test', '--reason', 'x'], 'VIV_USAGE', /--email/],
  ['a correction without a reason', ['contact', 'correct', 'ana@viva.test', '--name', 'X'], 'VIV_USAGE', /--reason/],
  [
    'a correction of nobody',
    ['contact', 'correct', 'no@viva.test', '--name', 'X', '--reason', 'x'],
    'VIV_CONTACT_UNKNOWN',
    undefined,
  ],
  [
    'a wrong address',
    ['contact', 'correct', 'ana@viva.test', '--email', 'a@', '--reason', 'x'],
    'VIV_USAGE',
    /not an e-mail/,
  ],
  [
    'a taken address',
    ['contact', 'correct', 'ana@viva.test', '--email', 'rui@sousa.test', '--reason', 'x'],
    'VIV_ADDRESS_TAKEN',
    /merge/,
  ],
  [
    'a wrong number',
    ['contact', 'correct', 'ana@viva.test', '--phone', '1', '--reason', 'x'],
    'VIV_PHONE_INVALID',
    undefined,
  ],
  [
    'a wrong zone',
    ['contact', 'correct', 'ana@viva.test', '--time-zone', 'Mars', '--reason', 'x'],
    'VIV_USAGE',
    /IANA/,
  ],
  [
    'an attribute without a value',
    ['contact', 'correct', 'ana@viva.test', '--attribute', 'x', '--reason', 'x'],
    'VIV_USAGE',
    /city=Lisboa/,
  ],
  ['an erasure of nobody', ['contact', 'erase', 'no@viva.test', '--yes'], 'VIV_CONTACT_UNKNOWN', undefined],
  ['an erasure after nonsense', ['contact', 'erase', 'ana@viva.test', '--after', 'soon', '--yes'], 'VIV_USAGE', /24h/],
  [
    'an erasure of a purpose',
    ['contact', 'erase', 'ana@viva.test', '--scope', 'purpose:x', '--yes'],
    'VIV_USAGE',
    /marketing or everything/,
  ],
  [
    'the end of an erasure that there is not',
    ['contact', 'cancel-erasure', 'seven'],
    'VIV_ERASURE_UNKNOWN',
    /erasures/,
  ],
  [
    'a judgement about an erasure that there is not',
    ['contact', 'judge', 'seven', 'contact.name', '--another', '--reason', 'a namesake'],
    'VIV_ERASURE_UNKNOWN',
    /erasures/,
  ],
  [
    'a judgement that says nothing',
    ['contact', 'judge', 'seven', 'contact.name', '--reason', 'x'],
    'VIV_USAGE',
    /--another, or --replace/,
  ],
  ['retention by rules that are none', ['retention', 'plan', '--rules', 'none'], 'VIV_RULES_INVALID', undefined],
] as const)('%s is refused, with a way out', async (_name, words, code, says) => {
  expectRefused(await say(...words), { code, says });
});

test.each([
  ['GET', '/v1/contacts/no@viva.test/export', undefined, 404, 'VIV_CONTACT_UNKNOWN'],
  ['GET', '/v1/contacts/ana@viva.test/export?format=pdf', undefined, 400, 'VIV_BODY_INVALID'],
  ['PATCH', '/v1/contacts/ana@viva.test', { reason: 'x' }, 400, 'VIV_BODY_INVALID'],
  ['PATCH', '/v1/contacts/ana@viva.test', { name: 'X' }, 400, 'VIV_BODY_INVALID'],
  ['PATCH', '/v1/contacts/ana@viva.test', { nmae: 'X', reason: 'x' }, 400, 'VIV_BODY_INVALID'],
  ['PATCH', '/v1/contacts/ana@viva.test', { email: 'rui@sousa.test', reason: 'x' }, 409, 'VIV_ADDRESS_TAKEN'],
  ['POST', '/v1/contacts/ana@viva.test/erasure', { after: 'soon' }, 400, 'VIV_BODY_INVALID'],
  ['POST', '/v1/contacts/no@viva.test/erasure', {}, 404, 'VIV_CONTACT_UNKNOWN'],
  ['GET', '/v1/erasures/seven', undefined, 400, 'VIV_BODY_INVALID'],
  ['POST', '/v1/erasures/0193b6a0-0000-7000-8000-0000000000aa/cancel', {}, 404, 'VIV_ERASURE_UNKNOWN'],
] as const)('%s %s with %j is refused', async (method, url, body, ...[status, code]) => {
  expect((await ask(method, url, body)).json()).toMatchObject({ status, code });
});

test('nobody without a key gets anything', async () => {
  for (const [method, url] of [
    ['GET', '/v1/contacts/ana@viva.test/export'],
    ['PATCH', '/v1/contacts/ana@viva.test'],
    ['POST', '/v1/contacts/ana@viva.test/erasure'],
    ['GET', '/v1/erasures'],
  ] as const)
    expect((await app.inject({ method, url })).statusCode).toBe(401);
});
