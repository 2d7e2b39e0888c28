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
