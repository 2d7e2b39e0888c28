import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import { type Db, Prisma, type Tx } from './db';
import { millis } from './fact-columns';

/** `open` until it is closed; `overdue` once its journey went on without it; `cancelled` when its journey ended before. */
export const TASK_STATUSES = ['open', 'overdue', 'closed', 'cancelled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Something for a rep to do. */
export interface Task {
  readonly id: string;
  readonly journeyId: string;
  readonly contactId: string;
  readonly leadId: string | null;
  readonly stepId: string;
  readonly kind: 'call' | 'todo';
  readonly title: string;
  readonly team: string;
  /** Null: the team has nobody. */
  readonly repId: string | null;
  readonly status: TaskStatus;
  readonly outcome: string | null;
  /** In the words of whoever closed it, or why it was cancelled. */
  readonly note: string | null;
  readonly createdAt: Instant;
  readonly dueAt: Instant;
  readonly closedAt: Instant | null;
}

const TASK = Prisma.sql`t.id, t.journey_id AS "journeyId", t.contact_id AS "contactId", t.lead_id AS "leadId",
  t.step_id AS "stepId", t.kind, t.title, t.team, t.rep_id AS "repId", t.status, t.outcome, t.note,
  ${millis(Prisma.sql`t.created_at`)} AS "createdAt", ${millis(Prisma.sql`t.due_at`)} AS "dueAt",
  ${millis(Prisma.sql`t.closed_at`)} AS "closedAt"`;

/** The task if it exists. */
export async function findTask(tx: Tx, taskId: string): Promise<Task | undefined> {
  const [task] = await tx.$queryRaw<Task[]>`SELECT ${TASK} FROM task t WHERE t.id = ${taskId}::uuid`;
  return task;
}

/** The task as it stands. Throws VIV_NOT_FOUND. */
export async function readTask(tx: Tx, taskId: string): Promise<Task> {
  const task = await findTask(tx, taskId);
  if (!task) throw failure('VIV_NOT_FOUND', { what: `Task ${taskId}` });
  return task;
}

/** Changes the tasks that `where` names; answers them as they stand then. */
export function moveTasks(
  tx: Tx,
  { where, set }: { readonly where: Prisma.Sql; readonly set: Prisma.Sql },
): Promise<readonly Task[]> {
  return tx.$queryRaw<Task[]>`UPDATE task t SET ${set} WHERE ${where} RETURNING ${TASK}`;
}

export async function insertTask(tx: Tx, task: Omit<Task, 'outcome' | 'note' | 'closedAt'>): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO task (id, journey_id, contact_id, lead_id, step_id, kind, title, team, rep_id, status, created_at, due_at)
    VALUES (${task.id}::uuid, ${task.journeyId}::uuid, ${task.contactId}::uuid, ${task.leadId}::uuid, ${task.stepId}, ${task.kind},
      ${task.title}, ${task.team}, ${task.repId}::uuid, ${task.status}, ${new Date(task.createdAt)}, ${new Date(task.dueAt)})`;
}

export interface TaskFilter {
  readonly team?: string;
  /** Address of a rep. */
  readonly rep?: string;
  /** None: all. */
  readonly status?: readonly TaskStatus[];
  /** Only those that were due before, and are not done. */
  readonly dueBefore?: Instant;
  readonly limit: number;
}

export interface ListedTask
  extends Pick<
    Task,
    'id' | 'kind' | 'title' | 'team' | 'status' | 'outcome' | 'note' | 'createdAt' | 'dueAt' | 'closedAt'
  > {
  readonly contactId: string;
  readonly email: string;
  readonly name: string | null;
  readonly offer: string | null;
  /** Name of the rep; null: nobody. */
  readonly rep: string | null;
  readonly sequence: string;
}

/** Tasks, the soonest due first among those to be done; the others come after them, the newest first. */
export function listTasks(db: Db, { team, rep, status, dueBefore, limit }: TaskFilter): Promise<readonly ListedTask[]> {
  const toDo = Prisma.sql`t.status IN ('open', 'overdue')`;
  const wanted = [
    ...(team === undefined ? [] : [Prisma.sql`t.team = ${team}`]),
    ...(rep === undefined ? [] : [Prisma.sql`r.email = ${rep}`]),
    ...(status === undefined ? [] : [Prisma.sql`t.status = ANY(${[...status]}::text[])`]),
    ...(dueBefore === undefined ? [] : [Prisma.sql`${toDo} AND t.due_at < ${new Date(dueBefore)}`]),
  ];
  const where = wanted.length > 0 ? Prisma.join(wanted, ' AND ') : Prisma.sql`true`;
  return db.$queryRaw<ListedTask[]>`
    SELECT t.id, t.kind, t.title, t.team, t.status, t.outcome, t.note, t.contact_id AS "contactId", c.email, c.name, l.offer,
      r.name AS rep, j.sequence, ${millis(Prisma.sql`t.created_at`)} AS "createdAt", ${millis(Prisma.sql`t.due_at`)} AS "dueAt",
      ${millis(Prisma.sql`t.closed_at`)} AS "closedAt"
    FROM task t JOIN contact c ON c.id = t.contact_id JOIN journey j ON j.id = t.journey_id
      LEFT JOIN lead l ON l.id = t.lead_id LEFT JOIN rep r ON r.id = t.rep_id
    WHERE ${where} ORDER BY NOT (${toDo}), t.closed_at DESC, t.due_at, t.id LIMIT ${limit}`;
}
