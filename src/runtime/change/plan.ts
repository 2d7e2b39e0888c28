import { diffOf, isSame, type SequenceDiff } from '../../domain/change/diff';
import type { MigrationReport } from '../../domain/change/report';
import type { Instant } from '../../domain/ids';
import type { Definition } from '../../domain/sequence/definition';
import { countPlaces, type PlaceCount } from '../../store/change-places';
import { newestIfAny } from '../../store/change-versions';
import { type Db, single } from '../../store/db';
import { findVersion, type SequenceVersion } from '../../store/sequences';
import type { TurnDeps } from '../../store/turn';
import { preview } from './preview';
import { readStepMap } from './step-map-file';

/** What publishing a draft would do, and what moving the journeys under way to it would. */
export interface ChangePlan {
  readonly sequence: string;
  /** The newest version; null: the draft would be the first. */
  readonly from: number | null;
  /** What the draft would be: the newest version, if it says the same. */
  readonly to: number;
  /** Null with no version before. */
  readonly diff: SequenceDiff | null;
  readonly places: readonly PlaceCount[];
  readonly migration: MigrationReport;
}

export interface Planning {
  readonly draft: Definition;
  readonly mapFile: string | undefined;
  readonly now: Instant;
  readonly onProgress?: (looked: number) => void;
}

/** Plans a change. Nothing is written. Throws VIV_STEP_MAP_INVALID. */
export async function planChange(db: Db, deps: TurnDeps, planning: Planning): Promise<ChangePlan> {
  const { draft, mapFile, now, onProgress } = planning;
  const { sequence } = draft;
  const tx = single(db);
  const newest = await newestIfAny(tx, sequence);
  const places = await countPlaces(tx, sequence);
  const from: SequenceVersion[] = [];
  for (const id of new Set(places.map(({ versionId }) => versionId))) from.push(await findVersion(tx, id));
  const known = [...from, ...(newest ? [newest] : [])].map(({ definition }) => definition);
  const map = await readStepMap(mapFile, { from: known, to: draft });
  const diff = newest ? diffOf(newest.definition, draft, map) : null;
  const migration = await preview(db, deps, { from, to: draft, map, now, onProgress });
  const isUnchanged = newest !== undefined && isSame(diffOf(newest.definition, draft));
  const to = (newest?.version ?? 0) + (isUnchanged ? 0 : 1);
  return { sequence, from: newest?.version ?? null, to, diff, places, migration };
}
