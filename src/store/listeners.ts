import type { Tx } from './db';
import { findVersion, type SequenceVersion } from './sequences';

/** Who has to do with an event of one type of one contact. */
export interface Listeners {
  /** Running journeys that want to know of it, and whether they asked for it by name. */
  readonly journeys: readonly { readonly journeyId: string; readonly byName: boolean }[];
  /** Newest versions of the sequences that it enters, by name of the sequence. */
  readonly versions: readonly SequenceVersion[];
}

interface Row {
  readonly journeys: Listeners['journeys'];
  readonly versionIds: readonly string[];
}

/** Read under the contact's lock, in one statement: on the path of every event. */
export async function listenersTo(
  tx: Tx,
  { contactId, type }: { readonly contactId: string; readonly type: string },
): Promise<Listeners> {
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT coalesce((
        SELECT json_agg(json_build_object('journeyId', journey_id, 'byName', by_name)) FROM (
          SELECT journey_id, bool_or(event_type = ${type}) AS by_name FROM interest
          WHERE contact_id = ${contactId}::uuid AND event_type IN (${type}, '*') GROUP BY journey_id) AS i), '[]') AS journeys,
      coalesce((
        SELECT json_agg(v.id ORDER BY v.sequence) FROM sequence_version v
        WHERE v.definition->'enter'->'on' @> to_jsonb(${type}::text) -- one, or one of a list
          AND NOT EXISTS (SELECT 1 FROM sequence_version n WHERE n.sequence = v.sequence AND n.version > v.version)), '[]')
        AS "versionIds"`;
  const versions: SequenceVersion[] = [];
  for (const id of row?.versionIds ?? []) versions.push(await findVersion(tx, id));
  return { journeys: row?.journeys ?? [], versions };
}
