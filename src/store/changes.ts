import type { Instant } from '../domain/ids';
import type { ScoringRules } from '../domain/scoring/rules';
import type { Change } from '../domain/steps/handler';
import type { Tx } from './db';
import { refit } from './fit';
import type { JourneyRow } from './journeys';

/** Applies what `update` steps set, in the transaction of their turn. New attributes may change the fit of the contact's leads. */
export async function applyChanges(
  tx: Tx,
  scoring: ScoringRules,
  o: { readonly journey: JourneyRow; readonly changes: readonly Change[]; readonly now: Instant },
): Promise<void> {
  const { journey, changes, now } = o;
  for (const change of changes) {
    if (change.type === 'attributes')
      await tx.$executeRaw`
        UPDATE contact SET attributes = attributes || ${JSON.stringify(change.set)}::jsonb WHERE id = ${journey.contactId}::uuid`;
    else
      await tx.$executeRaw`
        UPDATE lead SET stage = ${change.stage},
          mql_at = CASE WHEN ${change.stage} = 'mql' THEN coalesce(mql_at, ${new Date(now)}) ELSE mql_at END
        WHERE id = ${journey.leadId}::uuid`;
  }
  if (changes.some(({ type }) => type === 'attributes'))
    await refit(tx, scoring, { contactId: journey.contactId, at: now, journeyId: journey.id });
}
