import type { Instant } from '../domain/ids';
import type { Change } from '../domain/steps/handler';
import type { Tx } from './db';
import { refit } from './fit';
import { joinSequence } from './joins';
import type { JourneyRow } from './journeys';
import { applyStepScore } from './step-scores';
import { addTask } from './tasks';
import type { TurnDeps } from './turn';

interface Changing {
  readonly journey: JourneyRow;
  readonly now: Instant;
}

/**
 * Applies what steps change, in the transaction of their turn. New attributes and tags may change the fit of the contact's leads,
 * which is judged at once: the change behind it, and the steps behind that, go by what came of it.
 * src/domain/journey/changed-facts.ts gives the turn the same.
 */
export async function applyChanges(
  tx: Tx,
  deps: TurnDeps,
  { changes, ...o }: Changing & { readonly changes: readonly Change[] },
): Promise<void> {
  const { journey, now } = o;
  for (const [position, change] of changes.entries()) {
    await applyChange(tx, deps, { ...o, change });
    if (change.type !== 'attributes' && change.type !== 'tags') continue;
    const occasion = { contactId: journey.contactId, at: now, journeyId: journey.id, position };
    await refit(tx, deps.rules.scoring, occasion);
  }
}

async function applyChange(
  tx: Tx,
  deps: TurnDeps,
  { change, journey, now }: Changing & { readonly change: Change },
): Promise<void> {
  const { contactId, leadId } = journey;
  switch (change.type) {
    case 'attributes':
      await tx.$executeRaw`
        UPDATE contact SET attributes = attributes || ${JSON.stringify(change.set)}::jsonb WHERE id = ${contactId}::uuid`;
      return;
    case 'tags':
      await tx.$executeRaw`
        UPDATE contact SET tags = ARRAY(
          SELECT DISTINCT tag FROM unnest(coalesce(tags, '{}') || ${[...change.add]}::text[]) AS tag
          WHERE tag <> ALL(${[...change.remove]}::text[]) ORDER BY tag)
        WHERE id = ${contactId}::uuid`;
      return;
    case 'stage':
      await tx.$executeRaw`
        UPDATE lead SET stage = ${change.stage},
          mql_at = CASE WHEN ${change.stage} = 'mql' THEN coalesce(mql_at, ${new Date(now)}) ELSE mql_at END
        WHERE id = ${leadId}::uuid`;
      return;
    case 'score':
      return applyStepScore(tx, deps.rules.scoring, { journey, change, now });
    case 'task':
      return addTask(tx, deps, { journey, task: change.task, now });
    case 'join':
      return joinSequence(tx, deps, { journey, change, now });
    default:
      throw new TypeError(`unknown change ${JSON.stringify(change satisfies never)}`);
  }
}
