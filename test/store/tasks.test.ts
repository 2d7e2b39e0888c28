import { newId } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { failJourney } from '../../src/store/fail-journey';
import { ingest } from '../../src/store/ingest';
import { syncReps } from '../../src/store/reps';
import { storyOf } from '../../src/store/story';
import { closeTask, listTasks, type TaskClosing } from '../../src/store/tasks';
import { takeTurn } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, anIncoming, interestsOf, later, pokesIn, published, someone } from '../support/journeys';
import { aLead } from '../support/people';
import { ROUTING } from '../support/routing';
import { SALES } from '../support/sales';

const database = testDatabase();
beforeAll(() => syncReps(database.db, ROUTING));

const CALL = {
  id: 'ring',
  type: 'task',
  kind: 'call',
  title: 'Ask about the greenhouse',
  due: '2d',
  outcomes: { reached: 'glad' },
  onOverdue: 'later',
};
const STEPS = [
  CALL,
  { id: 'missed', type: 'end', outcome: 'missed' },
  { id: 'glad', type: 'end', outcome: 'glad' },
  { id: 'later', type: 'wait', for: '1d' },
  { id: 'done', type: 'end' },
];
const aSequence = (parts: object = {}) => published(database.db, { steps: STEPS, ...parts });
const taskOf = (journeyId: string) => database.db.task.findFirstOrThrow({ where: { journeyId } });
const close = (closing: Partial<TaskClosing> & { readonly taskId: string }) =>
  transaction(database.db, (tx) => closeTask(tx, SALES, { outcome: 'reached', at: later(HOUR), ...closing }));
const take = (journeyId: string, turn: number, now: number) =>
  transaction(database.db, (tx) => takeTurn(tx, SALES, { journeyId, turn, now }));
const decisionsOf = async (journeyId: string, kind = 'task') => {
  const rows = await database.db.decision.findMany({ where: { journeyId, kind }, orderBy: { seq: 'asc' } });
  return rows.map(({ outcome, reason }) => [outcome, reason]);
};

describe('a task', () => {
  it('is given to the next rep of the team that the routing rules choose, and a decision tells it', async () => {
    const who = await someone(database.db, { leads: [aLead({ temperature: 'hot' })] });
    const { journeyId } = await aJourney(database.db, await aSequence(), { who });
    const task = await taskOf(journeyId);
    const hugo = await database.db.rep.findFirstOrThrow({ where: { name: 'Hugo' } });
    expect(task).toMatchObject({
      team: 'hunters',
      repId: hugo.id,
      status: 'open',
      leadId: who.leadId,
      createdAt: new Date(MONDAY),
      dueAt: new Date(later(2 * DAY)),
    });
    expect(await decisionsOf(journeyId)).toEqual([
      [
        'open',
        'call: Ask about the greenhouse, due 2026-01-07 12:00 UTC, for Hugo of hunters; routing rule hot-first: lead.temperature is hot',
      ],
    ]);
    expect(await interestsOf(database.db, journeyId)).toEqual([{ eventType: 'task.closed', kind: 'wait' }]);
  });

  it('goes by turns to the reps of the team that the step names, once by its key', async () => {
    const version = await aSequence({ steps: [{ ...CALL, team: 'sales' }, ...STEPS.slice(1)] });
    const names: (string | undefined)[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { journeyId } = await aJourney(database.db, version);
      const { repId } = await taskOf(journeyId);
      names.push((await database.db.rep.findUnique({ where: { id: repId ?? '' } }))?.name);
      await take(journeyId, 1, later(HOUR));
      expect(await database.db.task.count({ where: { journeyId } })).toBe(1);
    }
    expect(names.toSorted()).toEqual(['Rita', 'Rita', 'Rui']);
  });

  it('of a team with nobody in it stands open under no name', async () => {
    const version = await aSequence({ steps: [{ ...CALL, team: 'nobodies' }, ...STEPS.slice(1)] });
    const { journeyId } = await aJourney(database.db, version);
    expect(await taskOf(journeyId)).toMatchObject({ team: 'nobodies', repId: null, status: 'open' });
    expect((await decisionsOf(journeyId))[0]?.[1]).toContain('for nobody: team nobodies has no active rep');
  });
});

describe('closing a task', () => {
  it('wakes the journey, which goes on by the outcome; the story tells who was reached', async () => {
    const { journeyId, contactId } = await aJourney(database.db, await aSequence());
    const { id: taskId } = await taskOf(journeyId);
    const { task, pokes } = await close({ taskId, note: 'wants two of them' });
    expect(task).toMatchObject({
      status: 'closed',
      outcome: 'reached',
      note: 'wants two of them',
      closedAt: later(HOUR),
    });
    expect(pokes).toEqual([`journey:${journeyId}`]);
    expect(await pokesIn(database.db)).toContain(`journey:${journeyId}`);
    expect(await take(journeyId, 1, later(HOUR))).toMatchObject({ move: { type: 'end', outcome: 'glad' } });
    const { entries } = await storyOf(database.db, { id: contactId });
    expect(entries.map(({ what, reason }) => `${what} | ${reason}`)).toEqual(
      expect.arrayContaining([
        'task.closed | note wants two of them, title Ask about the greenhouse, outcome reached',
        'task reached | Ask about the greenhouse: reached',
      ]),
    );
  });

  it('twice with the same outcome is the same answer, with another one it is refused', async () => {
    const { journeyId } = await aJourney(database.db, await aSequence());
    const { id: taskId } = await taskOf(journeyId);
    const { task } = await close({ taskId, note: 'first' });
    expect(await close({ taskId, note: 'second', at: later(DAY) })).toEqual({ task, pokes: [] });
    await expect(close({ taskId, outcome: 'no-answer' })).rejects.toMatchObject({
      code: 'VIV_TASK_CLOSED',
      message: 'This task is already closed as reached; the first outcome holds, and nothing is to be done.',
    });
    expect(await database.db.interaction.count({ where: { journeyId, type: 'task.closed' } })).toBe(1);
  });

  it('by ten people at once has one outcome', async () => {
    const { journeyId } = await aJourney(database.db, await aSequence());
    const { id: taskId } = await taskOf(journeyId);
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => close({ taskId, outcome: `outcome-${n}` })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await database.db.interaction.count({ where: { journeyId, type: 'task.closed' } })).toBe(1);
  });

  it('that is not there is refused', async () => {
    await expect(close({ taskId: newId() })).rejects.toMatchObject({ code: 'VIV_NOT_FOUND' });
  });
});

describe('a task that nobody closes in time', () => {
  it('is overdue when the journey goes on without it, and may still be closed, which moves nothing', async () => {
    const { journeyId } = await aJourney(database.db, await aSequence());
    const { id: taskId } = await taskOf(journeyId);
    expect(await take(journeyId, 1, later(2 * DAY))).toMatchObject({ move: { type: 'await', stepId: 'later' } });
    expect(await taskOf(journeyId)).toMatchObject({ status: 'overdue', outcome: null });
    const { pokes } = await close({ taskId, at: later(2 * DAY + HOUR) });
    expect(pokes).toEqual([]);
    expect(await taskOf(journeyId)).toMatchObject({ status: 'closed', outcome: 'reached' });
    expect(await take(journeyId, 2, later(3 * DAY))).toMatchObject({ move: { type: 'end', outcome: 'completed' } });
    expect(await taskOf(journeyId)).toMatchObject({ status: 'closed' });
  });

  it('stays overdue when the journey ends afterwards', async () => {
    const { journeyId } = await aJourney(database.db, await aSequence());
    await take(journeyId, 1, later(2 * DAY));
    await take(journeyId, 2, later(3 * DAY));
    expect(await taskOf(journeyId)).toMatchObject({ status: 'overdue', note: null });
  });
});

describe('the end of a journey', () => {
  it('by its goal cancels the open task, with a reason, and it can be closed no more', async () => {
    const version = await aSequence({ goal: { name: 'bought', on: 'purchase' } });
    const { journeyId, contactId } = await aJourney(database.db, version);
    const bought = anIncoming(contactId, 'purchase', { properties: { reference: journeyId, amount: 5 } });
    await ingest(database.db, SALES, bought);
    await take(journeyId, 1, later(HOUR));
    const task = await taskOf(journeyId);
    expect(task).toMatchObject({ status: 'cancelled', note: 'the journey ended: goal', outcome: null });
    expect((await decisionsOf(journeyId)).at(-1)).toEqual([
      'cancelled',
      'Ask about the greenhouse: the journey ended: goal',
    ]);
    await expect(close({ taskId: task.id })).rejects.toMatchObject({
      message:
        'This task is already cancelled: the journey ended: goal; the first outcome holds, and nothing is to be done.',
    });
  });

  it('by a failure cancels it, too', async () => {
    const { journeyId } = await aJourney(database.db, await aSequence());
    await transaction(database.db, (tx) => failJourney(tx, SALES, { journeyId, now: later(1), code: 'VIV_X' }));
    expect(await taskOf(journeyId)).toMatchObject({ status: 'cancelled', note: 'the journey ended: failed' });
  });
});

test('tasks are listed by team, rep and status, the soonest due first, those done last', async () => {
  const version = (due: string) =>
    aSequence({ steps: [{ ...CALL, due, team: 'growers' }, ...STEPS.slice(1)], title: due });
  const [week, day, closed] = [
    await aJourney(database.db, await version('7d')),
    await aJourney(database.db, await version('1d')),
    await aJourney(database.db, await version('3d')),
  ];
  await close({ taskId: (await taskOf(closed.journeyId)).id });
  const list = async (filter: object) =>
    (await listTasks(database.db, { team: 'growers', limit: 10, ...filter })).map(({ id }) => id);
  const idOf = async (journeyId: string) => (await taskOf(journeyId)).id;
  const [weekId, dayId, closedId] = [
    await idOf(week.journeyId),
    await idOf(day.journeyId),
    await idOf(closed.journeyId),
  ];
  expect(await list({})).toEqual([dayId, weekId, closedId]);
  expect(await list({ status: ['open', 'overdue'] })).toEqual([dayId, weekId]);
  expect(await list({ dueBefore: later(2 * DAY) })).toEqual([dayId]);
  expect(await list({ rep: 'rita@example.test' })).toEqual([]);
  expect(await listTasks(database.db, { rep: 'hugo@example.test', limit: 10 })).toMatchObject([
    { rep: 'Hugo', team: 'hunters', kind: 'call', title: 'Ask about the greenhouse', offer: 'demo' },
  ]);
});
