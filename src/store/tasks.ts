import type { Decision } from '../domain/decision';
import { failure } from '../domain/errors';
import { EVENTS } from '../domain/event';
import { type Instant, keyOf } from '../domain/ids';
import type { NewTask } from '../domain/steps/handler';
import { lockContact, Prisma, type Tx } from './db';
import { recordDecisions } from './decisions';
import type { JourneyRow } from './journeys';
import { takeNextRep } from './reps';
import { routedTeam } from './routed-team';
import { findTask, insertTask, moveTasks, readTask, type Task } from './task-rows';
import type { TurnDeps } from './turn';
import { ingestByTurn } from './turn-calls';

export {
  type ListedTask,
  listTasks,
  readTask,
  TASK_STATUSES,
  type Task,
  type TaskFilter,
  type TaskStatus,
} from './task-rows';

interface Adding {
  readonly journey: JourneyRow;
  readonly task: NewTask;
  readonly now: Instant;
}

/**
 * Gives a task to the next rep of its team, once by its key, with the decision that tells it: in the turn's transaction, under the
 * contact's lock. Tasks and handoffs share one rotation. A team with nobody in it still gets the task, under no name.
 */
export async function addTask(tx: Tx, deps: TurnDeps, { journey, task, now }: Adding): Promise<void> {
  const { key: id, stepId, kind, title, dueAt } = task;
  if (await findTask(tx, id)) return;
  const { id: journeyId, contactId, leadId } = journey;
  const { team, reason } = await routedTeam(tx, deps, { journey, step: { id: stepId, team: task.team }, now });
  const rep = await takeNextRep(tx, team);
  const about = { journeyId, contactId, leadId, stepId };
  const row = {
    id,
    ...about,
    kind,
    title,
    team,
    repId: rep?.id ?? null,
    status: 'open',
    createdAt: now,
    dueAt,
  } as const;
  await insertTask(tx, row);
  const due = new Date(dueAt).toISOString().slice(0, 16).replace('T', ' ');
  const person = rep ? `${rep.name} of ${team}` : `nobody: team ${team} has no active rep`;
  const said = `${kind}: ${title}, due ${due} UTC, for ${person}; ${reason}`;
  await recordDecisions(tx, [decisionAbout(row, { outcome: 'open', reason: said, at: now })]);
  await deps.reactions?.afterTask(tx, { taskId: id, contactId, now, dueAt });
}

export interface TaskClosing {
  readonly taskId: string;
  /** A slug: `reached`, `no-answer`. */
  readonly outcome: string;
  /** In the words of whoever closes it. */
  readonly note?: string;
  readonly at: Instant;
}

export interface ClosedTask {
  readonly task: Task;
  /** Ids of the workflows that were woken. */
  readonly pokes: readonly string[];
}

/**
 * Records how a task ended, and the event `task.closed` by which its journey goes on; one that is overdue is only recorded. The
 * first outcome holds: the same one again changes nothing. Throws VIV_NOT_FOUND, VIV_TASK_CLOSED.
 */
export async function closeTask(tx: Tx, deps: TurnDeps, closing: TaskClosing): Promise<ClosedTask> {
  const { taskId, outcome, note, at } = closing;
  const { contactId } = await readTask(tx, taskId);
  await lockContact(tx, contactId); // before the task's row, as everyone does
  const [task] = await moveTasks(tx, {
    where: Prisma.sql`t.id = ${taskId}::uuid AND t.status IN ('open', 'overdue')`,
    set: Prisma.sql`status = 'closed', outcome = ${outcome}, note = ${note ?? null}, closed_at = ${new Date(at)}`,
  });
  if (!task) return { task: await heldOutcome(tx, closing), pokes: [] };
  const { pokes } = await ingestByTurn(tx, deps, {
    type: EVENTS.taskClosed,
    contactId,
    at,
    idempotencyKey: `${EVENTS.taskClosed}:${taskId}`,
    journeyId: task.journeyId,
    leadId: task.leadId ?? undefined,
    properties: { taskId, title: task.title, outcome, ...(note === undefined ? {} : { note }) },
  });
  return { task, pokes };
}

async function heldOutcome(tx: Tx, { taskId, outcome }: TaskClosing): Promise<Task> {
  const held = await readTask(tx, taskId);
  if (held.status === 'closed' && held.outcome === outcome) return held;
  const how = held.status === 'closed' ? `closed as ${held.outcome}` : `${held.status}: ${held.note}`;
  throw failure('VIV_TASK_CLOSED', { how });
}

/** Marks the tasks that their journey went on without, as its decisions say. No such decision costs no statement. */
export async function markOverdue(tx: Tx, journeyId: string, decisions: readonly Decision[]): Promise<void> {
  for (const { kind, outcome, stepId } of decisions) {
    if (kind !== 'task' || outcome !== 'overdue') continue;
    const where = Prisma.sql`t.journey_id = ${journeyId}::uuid AND t.step_id = ${stepId} AND t.status = 'open'`;
    await moveTasks(tx, { where, set: Prisma.sql`status = 'overdue'` });
  }
}

interface Ended {
  readonly journeyId: string;
  readonly outcome: string;
  readonly now: Instant;
}

/** Cancels the open tasks of a journey that has ended, each with a decision; those that are overdue stay for whoever comes to them. */
export async function cancelTasks(tx: Tx, { journeyId, outcome, now }: Ended): Promise<void> {
  const reason = `the journey ended: ${outcome}`;
  const cancelled = await moveTasks(tx, {
    where: Prisma.sql`t.journey_id = ${journeyId}::uuid AND t.status = 'open'`,
    set: Prisma.sql`status = 'cancelled', note = ${reason}, closed_at = ${new Date(now)}`,
  });
  await recordDecisions(
    tx,
    cancelled.map((task) => decisionAbout(task, { outcome: 'cancelled', reason: `${task.title}: ${reason}`, at: now })),
  );
}

function decisionAbout(
  { id, contactId, journeyId, stepId }: Pick<Task, 'id' | 'contactId' | 'journeyId' | 'stepId'>,
  said: { readonly outcome: string; readonly reason: string; readonly at: Instant },
) {
  return { key: keyOf('task', id, said.outcome), contactId, journeyId, stepId, kind: 'task' as const, ...said };
}
