import { Prisma, type Tx } from './db';
import { millis } from './fact-columns';
import type { OpenJourney, StoredTurn } from './journeys';
import type { SequenceVersion } from './sequences';

/** How many journeys stand where. */
export interface PlaceCount {
  readonly version: number;
  readonly versionId: string;
  readonly stepId: string | null;
  readonly running: number;
}

/** Where the journeys under way of a sequence stand, by version, then by the number of journeys. */
export async function countPlaces(tx: Tx, sequence: string): Promise<readonly PlaceCount[]> {
  return tx.$queryRaw<PlaceCount[]>`
    SELECT v.version, v.id AS "versionId", j.step_id AS "stepId", count(*)::int AS running
    FROM journey j JOIN sequence_version v ON v.id = j.version_id
    WHERE j.sequence = ${sequence} AND j.status = 'running'
    GROUP BY v.version, v.id, j.step_id ORDER BY v.version, running DESC, j.step_id`;
}

interface Row extends Omit<OpenJourney, 'definition' | 'last' | 'versionId' | 'sequence'> {
  readonly last: StoredTurn;
}

/** One page of the journeys under way on a version, in the order of their ids, behind `after`. */
export async function pageOfJourneys(
  tx: Tx,
  { version, after, limit }: { readonly version: SequenceVersion; readonly after: string; readonly limit: number },
): Promise<readonly OpenJourney[]> {
  const { id: versionId, sequence, definition } = version;
  const rows = await tx.$queryRaw<Row[]>`
    SELECT id, contact_id AS "contactId", lead_id AS "leadId", turn, last_turn AS last,
      ${millis(Prisma.sql`entered_at`)} AS "enteredAt"
    FROM journey
    WHERE sequence = ${sequence} AND status = 'running' AND version_id = ${versionId}::uuid AND id > ${after}::uuid
    ORDER BY id LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, versionId, sequence, definition }));
}

/** Before the id of every journey. */
export const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
