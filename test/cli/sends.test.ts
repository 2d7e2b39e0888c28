import { newId } from '../../src/domain/ids';
import { NOON } from '../support/api';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';

const context = testDatabase();
const sends = (...words: readonly string[]) => viveiro(['sends', ...words], { VIVEIRO_DATABASE_URL: context.url });

test('sends in doubt are listed, and no others', async () => {
  const plannedAt = new Date(NOON);
  for (const status of ['unknown', 'accepted', 'deferred'])
    await context.db.send.create({
      data: {
        id: newId(),
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
    out: `planned (UTC)     to                    status   subject    Message-ID                 reason
2026-03-02 12:00  unknown@example.test  unknown  Hello [2J  <unknown@viveiro.example>  the connection broke
`,
  });
  const { out } = await sends('--uncertain', '--json');
  expect(JSON.parse(out)).toMatchObject({ sends: [{ recipient: 'unknown@example.test', plannedAt: NOON }] });
});

test('which sends are wanted has to be said', async () => {
  expect(await sends()).toMatchObject({ exitCode: 2, err: expect.stringMatching(/--uncertain/) });
});
