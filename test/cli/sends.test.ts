import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newId } from '../../src/domain/ids';
import { NOON } from '../support/api';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';

const context = testDatabase();
const sends = (...words: readonly string[]) => viveiro(['sends', ...words], { VIVEIRO_DATABASE_URL: context.url });
const IN_DOUBT = '0193b6a0-0000-5000-8000-00000000000a';
const ACCEPTED = '0193b6a0-0000-5000-8000-00000000000b';
const settle = (id: string, as: string, ...words: readonly string[]) =>
  sends('settle', id, '--as', as, '--reason', 'the log of the relay', ...words);

test('sends in doubt are listed, and no others', async () => {
  const plannedAt = new Date(NOON);
  for (const [status, id] of Object.entries({ unknown: IN_DOUBT, accepted: ACCEPTED, deferred: newId() }))
    await context.db.send.create({
      data: {
        id,
        recipient: `${status}@example.test`,
        stepId: 'welcome',
        purpose: 'marketing',
        template: 'welcome',
        status,
        messageId: `<${status}@viveiro.example>`,
        subject: 'Hello\u001b[2J',
        reason: 'the connection broke',
        plannedAt,
      },
    });
  expect(await sends('--uncertain')).toEqual({
    exitCode: 0,
    err: '',
    out: `id                                    planned (UTC)     to                    status   subject    Message-ID                 reason
${IN_DOUBT}  2026-03-02 12:00  unknown@example.test  unknown  Hello [2J  <unknown@viveiro.example>  the connection broke
`,
  });
  const { out } = await sends('--uncertain', '--json');
  expect(JSON.parse(out)).toMatchObject({ sends: [{ recipient: 'unknown@example.test', plannedAt: NOON }] });
});

test('a send is shown with each of its tries, and sends are counted', async () => {
  const attempt = { sendId: IN_DOUBT, endedAt: new Date(NOON), problem: 'the connection broke' };
  await context.db.sendAttempt.create({
    data: { ...attempt, token: newId(), outcome: 'uncertain', reached: 'dispatching' },
  });
  const { out } = await sends('show', IN_DOUBT);
  expect(out).toContain('\nstatus         unknown\n');
  expect(out).toContain(`
try ended (UTC)   outcome    mail              reply
2026-03-02 12:00  uncertain  may have arrived  the connection broke
`);
  expect(JSON.parse((await sends('show', IN_DOUBT, '--json')).out)).toMatchObject({
    send: { id: IN_DOUBT, status: 'unknown' },
    attempts: [{ outcome: 'uncertain', replyCode: null }],
  });
  expect((await sends('count')).out).toBe('status    sends\naccepted  1\ndeferred  1\nunknown   1\n');
});

test('a person settles what is in doubt, once, and nothing else', async () => {
  expect(await settle(ACCEPTED, 'rejected')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_SEND_SETTLED'),
  });
  expect(await settle(newId(), 'accepted')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_SEND_UNKNOWN'),
  });
  expect(await sends('again', IN_DOUBT, '--reason', 'nothing came')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('to nobody who is on record'),
  });
  expect(await settle(IN_DOUBT, 'unknown')).toMatchObject({ exitCode: 2 });
  expect(await settle(IN_DOUBT, 'accepted', '--json')).toMatchObject({
    exitCode: 0,
    out: `{"send":"${IN_DOUBT}","status":"accepted"}\n`,
  });
  expect((await sends('--uncertain', '--json')).out).toBe('{"sends":[]}\n');
  expect(await settle(IN_DOUBT, 'rejected')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('stands as accepted'),
  });
});

test('which sends are wanted has to be said', async () => {
  expect(await sends()).toMatchObject({ exitCode: 2, err: expect.stringMatching(/--uncertain/) });
});

describe('SMTP accounts', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'viveiro-accounts-'));
    cpSync(path.resolve(__dirname, '../../sequences/rules'), folder, { recursive: true });
    const accounts = [
      'main: { urlEnv: VIVEIRO_SMTP_URL_MAIN, rates: { perDay: 9 } }',
      'news: { urlEnv: VIVEIRO_SMTP_URL_NEWS }',
    ];
    writeFileSync(path.join(folder, 'delivery.yaml'), `accounts:\n${accounts.map((one) => `  ${one}\n`).join('')}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const account = (...words: readonly string[]) =>
    viveiro(['account', ...words, '--rules', folder], { VIVEIRO_DATABASE_URL: context.url });
  const lines = async (...words: readonly string[]) =>
    (await account(...words)).out.split('\n').map((line) => line.split(/ {2,}/));

  test('are listed, also those that no mail has gone by', async () => {
    expect(await lines('list')).toEqual([
      ['account', 'state', 'since (UTC)', 'until (UTC)', 'next probe', 'weight', 'on their way', 'rates', 'why'],
      ['main', 'in use', '1', '0', '0/9 a day'],
      ['news', 'in use', '1', '0'],
      [''],
    ]);
  });

  test('are told not to be there, with what mail goes by instead', async () => {
    const { out } = await viveiro(['account', 'list'], { VIVEIRO_DATABASE_URL: context.url });
    expect(out).toMatch(/^No accounts are declared: all mail goes by VIVEIRO_SMTP_URL/);
  });

  test('that rest are told with since, until and why, and what has become of them', async () => {
    const until = Date.now() + 3_600_000;
    const rest = { since: NOON, until, reason: 'connect ECONNREFUSED', nth: 2, fault: 'connection' };
    const health = { run: null, rest, probe: null, back: null, out: null };
    await context.db.smtpAccount.create({ data: { name: 'news', health, pace: { taken: {}, line: null } } });
    const { out } = await account('list', '--json');
    expect(JSON.parse(out)).toMatchObject({
      accounts: [
        { name: 'main', state: 'in_use', since: null, used: { perDay: { count: 0, most: 9 } } },
        { name: 'news', state: 'resting', since: NOON, until, reason: 'connect ECONNREFUSED' },
      ],
    });
    expect((await account('show', 'news')).out).toMatch(/news +rests +2026-03-02 12:00 .* connect ECONNREFUSED/);
  });

  test('are put out and back by hand, once, with the reason on record', async () => {
    const reason = ['--reason', 'the provider wants a pause'];
    expect(await account('out', 'news', ...reason)).toMatchObject({
      exitCode: 0,
      out: 'news: no mail goes by it now\n',
    });
    expect(await account('out', 'news', ...reason)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('VIV_ACCOUNT_STANDS'),
    });
    expect(await account('back', 'news', '--reason', 'it is over', '--json')).toMatchObject({
      out: '{"account":"news","change":"back"}\n',
    });
    expect(await account('back', 'main', '--reason', 'x')).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/VIV_ACCOUNT_STANDS: SMTP account "main" is in use already/),
    });
    expect(await account('out', 'none', ...reason)).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/VIV_ACCOUNT_UNKNOWN.*main, news/),
    });
    expect(JSON.parse((await account('show', 'news', '--json')).out)).toMatchObject({
      account: { state: 'in_use' },
      changes: [
        { change: 'back', reason: 'it is over' },
        { change: 'out', reason: 'the provider wants a pause' },
      ],
    });
  });
});
