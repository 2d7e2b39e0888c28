import { z } from 'zod';
import { REP_ANSWERS } from '../domain/rehearsal/rep-answer';
import { REP_CLOSES } from '../domain/rehearsal/task-closing';
import { type Db, type Tx, transaction } from '../store/db';
import { answerHandoff } from '../store/handoffs';
import { ingestIn } from '../store/ingest';
import { readJourney } from '../store/journeys';
import { dueEvents, markPlayed, nextScriptedAt, type PlannedEvent } from '../store/scripts';
import { closeTask, readTask, type TaskClosing } from '../store/tasks';
import type { TurnDeps } from '../store/turn';
import type { ScriptActivities } from './types';

const repAnswers = z.object({
  handoffId: z.uuid(),
  action: z.enum(['accept', 'reject', 'recycle']),
  reason: z.string(),
});

const repCloses = z.object({ taskId: z.uuid(), outcome: z.string() });

/** Plays what recipients and reps do in a rehearsal, through the very functions that real events and answers go through. */
export function createPlayScript(db: Db, deps: TurnDeps): ScriptActivities {
  return {
    async playScript({ journeyId, workflow, now }) {
      const { contactId } = await transaction(db, (tx) => readJourney(tx, journeyId));
      const due = await transaction(db, (tx) => dueEvents(tx, { contactId, now }));
      const pokes: string[] = [];
      for (const event of due) pokes.push(...(await play(db, deps, { event, journeyId })));
      return {
        nextScriptedAt: await transaction(db, (tx) => nextScriptedAt(tx, contactId)),
        poked: pokes.includes(workflow),
      };
    },
  };
}

/** One event, once: played and marked in one transaction. Answers the workflows that it woke. */
function play(
  db: Db,
  deps: TurnDeps,
  { event, journeyId }: { readonly event: PlannedEvent; readonly journeyId: string },
): Promise<readonly string[]> {
  return transaction(db, async (tx) => {
    await markPlayed(tx, event);
    if (event.type === REP_ANSWERS) {
      const { handoffId, action, reason } = repAnswers.parse(event.properties);
      const { pokes } = await answerHandoff(tx, deps, { handoffId, action, reason, at: event.dueAt });
      return pokes;
    }
    if (event.type === REP_CLOSES) {
      const { taskId, outcome } = repCloses.parse(event.properties);
      return closedInTime(tx, deps, { taskId, outcome, at: event.dueAt });
    }
    const { type, contactId, dueAt: at, properties } = event;
    const ofJourney = type.startsWith('mail.') ? { journeyId } : {};
    const ingested = await ingestIn(tx, deps, {
      type,
      contactId,
      at,
      idempotencyKey: `scripted:${event.id}`,
      properties,
      ...ofJourney,
    });
    return ingested.pokes;
  });
}

/** A journey may have ended before the rep came to its task, which was cancelled then. */
async function closedInTime(tx: Tx, deps: TurnDeps, closing: TaskClosing): Promise<readonly string[]> {
  const { status } = await readTask(tx, closing.taskId);
  if (status === 'cancelled') return [];
  const { pokes } = await closeTask(tx, deps, closing);
  return pokes;
}
