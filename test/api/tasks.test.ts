import { newId } from '../../src/domain/ids';
import { syncReps } from '../../src/store/reps';
import { NOON, testApi } from '../support/api';
import { HOUR } from '../support/builders';
import { aJourney, published } from '../support/journeys';
import { ROUTING } from '../support/routing';

const api = testApi();
beforeAll(() => syncReps(api.db, ROUTING));

/** An open task of a team. */
async function aTask(team: string): Promise<{ readonly id: string; readonly journeyId: string }> {
  const version = await published(api.db, {
    steps: [
      { id: 'ring', type: 'task', kind: 'call', title: 'Ask about the greenhouse', due: '2d', team },
      { id: 'done', type: 'end' },
    ],
  });
  const { journeyId } = await aJourney(api.db, version, { now: NOON - HOUR });
  const { id } = await api.db.task.findFirstOrThrow({ where: { journeyId } });
  return { id, journeyId };
}
const list = (query = '') => api.app.inject({ url: `/v1/tasks${query}`, headers: api.headers });
const close = (id: string, payload: object) =>
  api.app.inject({ method: 'POST', url: `/v1/tasks/${id}/close`, headers: api.headers, payload });

describe('GET /v1/tasks', () => {
  it('lists the tasks of a team, with whom they are about', async () => {
    const { id } = await aTask('sales');
    await aTask('hunters');
    const { statusCode, body } = await list('?team=sales&status=open,overdue');
    expect(statusCode).toBe(200);
    expect(JSON.parse(body).tasks).toMatchObject([
      {
        id,
        kind: 'call',
        title: 'Ask about the greenhouse',
        team: 'sales',
        status: 'open',
        outcome: null,
        createdAt: '2026-03-02T11:00:00.000Z',
        dueAt: '2026-03-04T11:00:00.000Z',
        closedAt: null,
        email: expect.stringContaining('@'),
      },
    ]);
  });

  it('refuses what it does not know, and strangers', async () => {
    expect((await list('?status=lost')).json()).toMatchObject({ status: 400, code: 'VIV_BODY_INVALID' });
    expect((await list('?teem=sales')).statusCode).toBe(400);
    expect((await api.app.inject({ url: '/v1/tasks' })).statusCode).toBe(401);
  });
});

describe('POST /v1/tasks/:id/close', () => {
  it('closes a task, and the same again gets the same answer', async () => {
    const { id, journeyId } = await aTask('sales');
    const first = await close(id, { outcome: 'reached', note: 'wants two' });
    expect(first.statusCode).toBe(200);
    const closedAt = '2026-03-02T12:00:00.000Z';
    expect(first.json()).toEqual({ id, status: 'closed', outcome: 'reached', note: 'wants two', closedAt });
    expect((await close(id, { outcome: 'reached' })).json()).toEqual(first.json());
    const [event] = await api.db.interaction.findMany({ where: { journeyId, type: 'task.closed' } });
    expect(event).toMatchObject({ at: new Date(NOON), properties: { taskId: id, outcome: 'reached' } });
  });

  it('refuses another outcome: the first one holds', async () => {
    const { id } = await aTask('sales');
    await close(id, { outcome: 'reached' });
    const { statusCode, body, headers } = await close(id, { outcome: 'no-answer' });
    expect(statusCode).toBe(409);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({
      code: 'VIV_TASK_CLOSED',
      detail: 'This task is already closed as reached; the first outcome holds, and nothing is to be done.',
    });
  });

  it('refuses bad bodies, tasks that are not there, and strangers', async () => {
    const { id } = await aTask('sales');
    for (const body of [
      {},
      { outcome: 'Not A Name' },
      { outcome: 'reached', note: '' },
      { outcome: 'reached', odd: 1 },
    ])
      expect((await close(id, body)).statusCode).toBe(400);
    expect((await close(id, { outcome: 'reached', at: '2026-03-03T00:00:00Z' })).statusCode).toBe(400);
    expect((await close('nonsense', { outcome: 'reached' })).statusCode).toBe(400);
    expect((await close(newId(), { outcome: 'reached' })).json()).toMatchObject({ status: 404, code: 'VIV_NOT_FOUND' });
    const url = `/v1/tasks/${id}/close`;
    expect((await api.app.inject({ method: 'POST', url, payload: { outcome: 'reached' } })).statusCode).toBe(401);
    expect(await api.db.task.findUnique({ where: { id } })).toMatchObject({ status: 'open' });
  });
});
