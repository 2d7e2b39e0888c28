import { z } from 'zod';
import { REP_ANSWERS } from '../domain/rehearsal/rep-answer';
import { type Db, transaction } from '../store/db';
import { answerHandoff } from '../store/handoffs';
import { ingestIn } from '../store/ingest';
import { readJourney } from '../store/journeys';
import { dueEvents, markPlayed, nextScriptedAt, type PlannedEvent } from '../store/scripts';
import type { TurnDeps } from '../store/turn';
import type { ScriptActivities } from './types';

const repAnswers = z.object({
  handoffId: z.uuid(),
  action: z.enum(['accept', 'reject', 'recycle']),
  reason: z.string(),
});

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
