import type { Instant } from '../domain/ids';
import type { Tx } from './db';

/** What the outbox is asked to do once the transaction has committed; at least once, in no order. */
export type OutboxJob =
  | { readonly task: 'start_journey'; readonly payload: { readonly journeyId: string } }
  /** Lets a journey go on that had ended: what ended it was taken back. */
  | { readonly task: 'restart_journey'; readonly payload: { readonly journeyId: string } }
  /** Sends a mail in doubt once more: a person has asked for it. */
  | {
      readonly task: 'send_again';
      readonly payload: { readonly sendId: string; readonly journeyId: string; readonly askId: string };
    }
  /** Wakes a waiting workflow; `workflow` is its id: `journey:<id>` or `handoff:<id>`. */
  | { readonly task: 'poke'; readonly payload: { readonly workflow: string; readonly seq: number } };

/** Adds jobs to the outbox in the caller's transaction: they exist exactly if it commits. */
export async function enqueue(tx: Tx, jobs: readonly OutboxJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await tx.$executeRaw`
    SELECT graphile_worker.add_job(task, payload)
    FROM json_to_recordset(${JSON.stringify(jobs)}::json) AS r(task text, payload json)`;
}

/** A job for later. */
export type LaterJob = OutboxJob & {
  /** Real time: that of PostgreSQL's clock. */
  readonly runAt: Instant;
  /** While a job of this key waits to be run, it is not added again, and keeps its time. */
  readonly key: string;
};

/** Adds many jobs for later in one statement, in the caller's transaction. */
export async function enqueueLater(tx: Tx, jobs: readonly LaterJob[]): Promise<void> {
  if (jobs.length === 0) return;
  const rows = jobs.map(({ runAt, ...job }) => ({ ...job, at: new Date(runAt).toISOString() }));
  await tx.$executeRaw`
    SELECT graphile_worker.add_jobs(ARRAY(
      SELECT row(task, payload, NULL, at, NULL, key, NULL, NULL)::graphile_worker.job_spec
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(task text, payload json, at timestamptz, key text)), true)`;
}
