import { newId } from '../../src/domain/ids';
import { syncReps } from '../../src/store/reps';
import { MONDAY } from '../support/builders';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { aJourney, published } from '../support/journeys';
import { ROUTING } from '../support/routing';

const database = testDatabase();
beforeAll(() => syncReps(database.db, ROUTING));
const run = (...words: readonly string[]) => viveiro(words, { VIVEIRO_DATABASE_URL: database.url });

async function aTask(team: string, due = '2d'): Promise<string> {
  const version = await published(database.db, {
    steps: [
      { id: 'ring', type: 'task', kind: 'call', title: 'Ask\u001b[2J about it', due, team },
      { id: 'done', type: 'end' },
    ],
  });
  const { journeyId } = await aJourney(database.db, version, { now: due === '2d' ? MONDAY : Date.UTC(2100, 0, 1) });
  return (await database.db.task.findFirstOrThrow({ where: { journeyId } })).id;
}

test('tasks are listed and closed; another outcome is refused', async () => {
  const [late, later] = [await aTask('hunters'), await aTask('hunters', '1d')];
  const ids = async (...words: readonly string[]) => {
    const { out } = await run('task', 'list', ...words, '--json');
    return JSON.parse(out).tasks.map(({ id }: { readonly id: string }) => id);
  };
  expect(await ids('--team', 'hunters', '--open')).toEqual([late, later]);
  expect(await ids('--rep', 'Hugo@example.test', '--overdue')).toEqual([late]);
  expect(await ids('--team', 'sales')).toEqual([]);
  const { out: shown } = await run('task', 'list');
  expect(shown).toContain('call: Ask [2J about it');
  expect(shown).not.toContain('\u001b');
  expect(await run('task', 'close', late, '--outcome', 'reached', '--note', 'wants two')).toMatchObject({
    exitCode: 0,
    out: 'Ask [2J about it: reached\n',
  });
  expect(JSON.parse((await run('task', 'close', late, '--outcome', 'reached', '--json')).out).task).toMatchObject({
    status: 'closed',
    note: 'wants two',
  });
  const refused = await run('task', 'close', late, '--outcome', 'no-answer');
  expect(refused).toMatchObject({ exitCode: 2, err: expect.stringMatching(/^VIV_TASK_CLOSED: .*closed as reached/) });
  expect(await ids('--team', 'hunters', '--open')).toEqual([later]);
});

test.each([
  ['close', 'nonsense', '--outcome', 'reached'],
  ['close', newId(), '--outcome', 'Not A Name'],
  ['close', newId(), '--outcome', 'reached'],
])('task %s %s %s %s is refused', async (...words) => {
  expect(await run('task', ...words)).toMatchObject({ exitCode: 2 });
});

test('experiments are listed with counts, rates and intervals, and none is decided too soon', async () => {
  const version = await published(database.db, {
    steps: [
      {
        id: 'hello',
        type: 'mail',
        variants: [
          { name: 'plain', template: 'a' },
          { name: 'bold', template: 'b' },
        ],
        winner: { by: 'clicks', after: 10, within: '2d' },
      },
      { id: 'done', type: 'end' },
    ],
  });
  const { out } = await run('experiment', 'list', '--json');
  expect(JSON.parse(out).experiments).toEqual([
    {
      sequence: version.sequence,
      stepId: 'hello',
      by: 'clicks',
      winner: null,
      decidedAt: null,
      reason: 'plain has 0 of at least 10 mails',
      variants: ['plain', 'bold'].map((variant) => ({
        variant,
        sent: 0,
        successes: 0,
        rate: 0,
        interval: { low: 0, high: 1 },
      })),
    },
  ]);
  expect((await run('experiment', 'list')).out).toContain(`${version.sequence} hello`);
  expect(await run('experiment', 'decide')).toMatchObject({ exitCode: 0, out: 'No experiment can be decided now.\n' });
});
