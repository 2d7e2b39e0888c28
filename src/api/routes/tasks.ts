import { transaction } from '../../store/db';
import { closeTask, listTasks, type Task } from '../../store/tasks';
import { closeBody, taskId, taskQuery } from '../contract/tasks';
import type { Routes } from '../deps';
import { happenedAt, parseBody } from '../parse';

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
type Times = Pick<Task, 'createdAt' | 'dueAt' | 'closedAt'>;
const timed = <T extends Times>({ createdAt, dueAt, closedAt, ...rest }: T) => ({
  ...rest,
  createdAt: iso(createdAt),
  dueAt: iso(dueAt),
  closedAt: iso(closedAt),
});

/** GET /v1/tasks: what reps have to do. POST /v1/tasks/ID/close: how one ended; the first outcome holds. */
export const tasks: Routes = (app, { db, turn, clock }) => {
  app.get('/v1/tasks', { config: { access: 'key' } }, async (request) => {
    const listed = await listTasks(db, parseBody(taskQuery, request.query));
    return { tasks: listed.map(timed) };
  });

  app.post<{ Params: { id: string } }>('/v1/tasks/:id/close', { config: { access: 'key' } }, async (request) => {
    const { at, ...said } = parseBody(closeBody, request.body);
    const id = parseBody(taskId, request.params.id);
    const closing = { taskId: id, ...said, at: happenedAt(at, { now: clock(), path: 'at' }) };
    const { task } = await transaction(db, (tx) => closeTask(tx, turn, closing));
    const { id: key, status, outcome, note, closedAt } = timed(task);
    return { id: key, status, outcome, note, closedAt };
  });
};
