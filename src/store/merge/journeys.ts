import type { Side } from '../../domain/identity/merge';
import { type JourneyOfMerge, mergedJourneys } from '../../domain/identity/merged-journeys';
import type { Instant } from '../../domain/ids';
import { Prisma, type Tx } from '../db';
import { endFromOutside } from '../end-journey';
import { millis } from '../fact-columns';
import { tellWhoWaits } from '../joins';
import { findVersion } from '../sequences';
import { cancelTasks } from '../tasks';
import type { TurnDeps } from '../turn';
import type { MergeLog, Merging } from './log';

/** Of a journey that ends since its contact was merged with another one. */
export const MERGED = 'merged';

type Row = Omit<JourneyOfMerge, 'reenter' | 'exclusive' | 'side'> & {
  readonly versionId: string;
  readonly contactId: string;
};

/** Journeys of both, as the rules look at them: those under way, and all through the same sequences. */
async function journeysOf(tx: Tx, { contactId, mergedId }: Merging): Promise<readonly JourneyOfMerge[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT j.id, j.contact_id AS "contactId", j.sequence, j.status = 'running' AS running, j.lead_id AS "leadId",
      j.entry_key AS "entryKey", ${millis(Prisma.sql`j.entered_at`)} AS "enteredAt", j.version_id AS "versionId",
      (SELECT count(*)::int FROM send s WHERE s.journey_id = j.id AND s.status = 'accepted' AND s.handoff_id IS NULL) AS mails
    FROM journey j WHERE j.contact_id IN (${contactId}::uuid, ${mergedId}::uuid) AND j.sequence IN (
      SELECT sequence FROM journey WHERE contact_id IN (${contactId}::uuid, ${mergedId}::uuid) AND status = 'running')
    ORDER BY j.id`;
  const journeys: JourneyOfMerge[] = [];
  for (const { versionId, contactId: whose, ...row } of rows) {
    const { definition } = await findVersion(tx, versionId);
    const side: Side = whose === contactId ? 'survivor' : 'merged';
    journeys.push({ ...row, side, reenter: definition.reenter, exclusive: definition.exclusive });
  }
  return journeys;
}

export interface EndedByMerge {
  readonly journeyId: string;
  readonly stays: string;
  readonly reason: string;
}

/** Looks at the journeys of both while they still are of two; `end` ends those that may not go on beside another, once they are of one. */
export async function settleJourneys(tx: Tx, deps: TurnDeps, log: MergeLog, merging: Merging) {
  const { ends, twins } = mergedJourneys(await journeysOf(tx, merging));
  const end = async (now: Instant): Promise<readonly EndedByMerge[]> => {
    for (const { id, reason } of ends) await endMerged(tx, deps, log, { ...merging, journeyId: id, reason, now });
    await keepTwins(tx, log, merging, twins);
    return ends.map(({ id, stays, reason }) => ({ journeyId: id, stays, reason }));
  };
  return { end };
}

interface Ending extends Merging {
  readonly journeyId: string;
  readonly reason: string;
  readonly now: Instant;
}

/** What waits for its end is told by a key of its own: the journey may go on once the merge is taken back. */
async function endMerged(tx: Tx, deps: TurnDeps, log: MergeLog, ending: Ending): Promise<void> {
  const { journeyId, mergeId, reason, now } = ending;
  const ofJourney = Prisma.sql`t.journey_id = ${journeyId}::uuid`;
  const openSends = Prisma.sql`${ofJourney} AND t.handoff_id IS NULL AND t.status IN ('planned', 'deferred', 'claimed')`;
  await log.remove({ table: 'interest', key: 'journey_id', type: 'uuid' }, ofJourney);
  await log.changing({ table: 'task', key: 'id', type: 'uuid' }, Prisma.sql`${ofJourney} AND t.status = 'open'`, () =>
    log.changing({ table: 'send', key: 'id', type: 'uuid' }, openSends, () =>
      log.changing({ table: 'journey', key: 'id', type: 'uuid' }, Prisma.sql`t.id = ${journeyId}::uuid`, async () => {
        const journey = await endFromOutside(tx, { journeyId, outcome: MERGED, reason, now, cause: mergeId });
        await cancelTasks(tx, { journeyId, outcome: MERGED, now });
        await tellWhoWaits(tx, deps, { journey, outcome: MERGED, now, cause: `${journeyId}:${mergeId}` });
      }),
    ),
  );
}

async function keepTwins(
  tx: Tx,
  log: MergeLog,
  { mergeId, contactId }: Merging,
  twins: readonly { readonly id: string; readonly twin: string }[],
): Promise<void> {
  if (twins.length === 0) return;
  const rows = await tx.$queryRaw<{ key: string }[]>`
    INSERT INTO journey_twin (journey_id, twin_id, merge_id, contact_id)
    SELECT r.id, r.twin, ${mergeId}::uuid, ${contactId}::uuid
    FROM unnest(${twins.map(({ id }) => id)}::uuid[], ${twins.map(({ twin }) => twin)}::uuid[]) AS r(id, twin)
    ON CONFLICT DO NOTHING RETURNING journey_id::text AS key`;
  await log.added({ table: 'journey_twin', keys: [...new Set(rows.map(({ key }) => key))] });
}
