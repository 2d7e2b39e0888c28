import type { Tx } from './db';

/** What the outbox is asked to do once the transaction has committed; at least once, in no order. */
export type OutboxJob =
  | { readonly task: 'start_journey'; readonly payload: { readonly journeyId: string } }
  /** Wakes a waiting workflow; `workflow` is its id: `journey:<id>` or `handoff:<id>`. */
  | { readonly task: 'poke'; readonly payload: { readonly workflow: string; readonly seq: number } };

/** Adds jobs to the outbox in the caller's transaction: they exist exactly if it commits. */
export async function enqueue(tx: Tx, jobs: readonly OutboxJob[]): Promise<void> {
  for (const { task, payload } of jobs)
    await tx.$executeRaw`SELECT graphile_worker.add_job(${task}, ${JSON.stringify(payload)}::json)`;
}
