import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { ScoringRules } from '../domain/scoring/rules';
import type { Change } from '../domain/steps/handler';
import type { Tx } from './db';
import { refit } from './fit';
import type { JourneyRow } from './journeys';

interface Changing {
  readonly journey: JourneyRow;
  readonly now: Instant;
}

/** Applies what steps change, in the transaction of their turn. New attributes may change the fit of the contact's leads. */
export async function applyChanges(
  tx: Tx,
  scoring: ScoringRules,
  { changes, ...o }: Changing & { readonly changes: readonly Change[] },
): Promise<void> {
  for (const change of changes) await applyChange(tx, change, o);
  const { journey, now } = o;
  if (changes.some(({ type }) => type === 'attributes'))
    await refit(tx, scoring, { contactId: journey.contactId, at: now, journeyId: journey.id });
}

async function applyChange(tx: Tx, change: Change, { journey, now }: Changing): Promise<void> {
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
    case 'task':
    case 'join':
      throw failure('VIV_UNEXPECTED', { problem: `changes of type ${change.type} are not applied yet` });
    default:
      throw new TypeError(`unknown change ${JSON.stringify(change satisfies never)}`);
  }
}
