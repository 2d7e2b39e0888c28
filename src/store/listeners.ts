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
  readonly place: number;
  readonly journeys: Listeners['journeys'];
  readonly versionIds: readonly string[];
}

interface Told {
  readonly contactId: string;
  readonly type: string;
}

const NONE: Listeners = { journeys: [], versions: [] };

/** Of each event, in order. Read under the contacts' locks, in one statement: on the path of every event. */
export async function listenersTo(tx: Tx, events: readonly Told[]): Promise<readonly Listeners[]> {
  const told = events.map(({ contactId, type }, place) => ({ place, contact: contactId, type }));
  const types = [...new Set(events.map(({ type }) => type))];
  const rows = await tx.$queryRaw<Row[]>`
    WITH entered AS MATERIALIZED (
      SELECT t.type, json_agg(v.id ORDER BY v.sequence) AS ids FROM unnest(${types}::text[]) AS t(type)
      JOIN sequence_version v ON v.definition->'enter'->'on' @> to_jsonb(t.type) -- one, or one of a list
        AND NOT EXISTS (SELECT 1 FROM sequence_version n WHERE n.sequence = v.sequence AND n.version > v.version)
      GROUP BY t.type)
    SELECT e.place, coalesce(i.journeys, '[]') AS journeys, coalesce(entered.ids, '[]') AS "versionIds"
    FROM json_to_recordset(${JSON.stringify(told)}::json) AS e(place int, contact uuid, type text)
    LEFT JOIN entered ON entered.type = e.type
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('journeyId', journey_id, 'byName', by_name)) AS journeys FROM (
        SELECT journey_id, bool_or(event_type = e.type) AS by_name FROM interest
        WHERE contact_id = e.contact AND event_type IN (e.type, '*') GROUP BY journey_id) AS g) AS i ON true
    WHERE i.journeys IS NOT NULL OR entered.ids IS NOT NULL`;
  const found = new Map<number, Listeners>();
  for (const { place, journeys, versionIds } of rows) {
    const versions: SequenceVersion[] = [];
    for (const id of versionIds) versions.push(await findVersion(tx, id));
    found.set(place, { journeys, versions });
  }
  return events.map((_event, place) => found.get(place) ?? NONE);
}
