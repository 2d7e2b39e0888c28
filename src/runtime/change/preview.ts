import { type MigrationReport, Tally } from '../../domain/change/report';
import type { StepMap } from '../../domain/change/step-map';
import type { Instant } from '../../domain/ids';
import type { Definition } from '../../domain/sequence/definition';
import { BEFORE_ALL, pageOfJourneys } from '../../store/change-places';
import { previewMigration } from '../../store/change-preview';
import { type Db, single } from '../../store/db';
import type { SequenceVersion } from '../../store/sequences';
import type { TurnDeps } from '../../store/turn';
import { inParallel } from '../in-parallel';

/** Journeys that are read at once, and looked at at the same time. */
const PAGE = 500;
const AT_ONCE = 4;

export interface Previewing {
  /** The versions that journeys move from. */
  readonly from: readonly SequenceVersion[];
  readonly to: Definition;
  readonly map: StepMap;
  readonly now: Instant;
  /** At most so many journeys are looked at. */
  readonly limit?: number;
  readonly onProgress?: (looked: number) => void;
}

/** What moving the journeys under way would do. Reads page by page, and writes nothing. */
export async function preview(db: Db, deps: TurnDeps, previewing: Previewing): Promise<MigrationReport> {
  const { from, to, map, now, limit = Number.POSITIVE_INFINITY, onProgress } = previewing;
  const tally = new Tally(to, deps.rules.gate.caps);
  let looked = 0;
  for (const version of from)
    for await (const page of pagesOf(db, version)) {
      const wanted = page.slice(0, limit - looked);
      await inParallel(wanted, AT_ONCE, async (journey) => {
        tally.add(await previewMigration(single(db), deps, { journey, version: version.version, to, map, now }));
      });
      looked += wanted.length;
      onProgress?.(looked);
      if (looked >= limit) return tally.report();
    }
  return tally.report();
}

/** The journeys under way on a version, page by page; those that leave it meanwhile are left out. */
export async function* pagesOf(db: Db, version: SequenceVersion) {
  for (let after = BEFORE_ALL; ; ) {
    const page = await pageOfJourneys(single(db), { version, after, limit: PAGE });
    const last = page.at(-1);
    if (!last) return;
    yield page;
    after = last.id;
  }
}
