import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { placeOf } from '../../domain/change/judged';
import { type MigrationReport, Tally } from '../../domain/change/report';
import type { MigrationRequest } from '../../domain/change/request';
import { failure } from '../../domain/errors';
import { countPlaces } from '../../store/change-places';
import { type Db, single } from '../../store/db';
import type { OpenJourney } from '../../store/journeys';
import type { SequenceVersion } from '../../store/sequences';
import { askToMove } from '../../worker/migrations';
import { inParallel } from '../in-parallel';
import { pagesOf } from './preview';

/** Journeys that are asked at the same time when nothing is said about pace. */
const AT_ONCE = 10;
const MINUTE_MS = 60_000;

export interface Migrating {
  readonly from: SequenceVersion;
  readonly to: SequenceVersion;
  readonly map: MigrationRequest['map'];
  /** At most so many journeys are asked. */
  readonly limit?: number;
  /** At most so many journeys are asked in a minute. */
  readonly perMinute?: number;
  /** How long a worker has to answer: it takes milliseconds, and seconds while it is being started. */
  readonly patienceMs: number;
  readonly onProgress?: (asked: number) => void;
  /** Ends it between two journeys; who moved has moved. */
  readonly signal?: AbortSignal;
}

/**
 * Asks every journey under way on a version to move to another. Each answers for itself; asking all once more asks only those that have
 * not moved. Throws VIV_NO_WORKER.
 */
export async function migrateAll(db: Db, client: Client, migrating: Migrating): Promise<MigrationReport> {
  const { from, to, limit = Number.POSITIVE_INFINITY, onProgress } = migrating;
  const tally = new Tally(to.definition, []);
  const nextSlot = pace(migrating);
  let asked = 0;
  for await (const page of pagesOf(db, from)) {
    const wanted = page.slice(0, limit - asked);
    await inParallel(wanted, AT_ONCE, async (journey) => {
      await nextSlot();
      if (migrating.signal?.aborted) return;
      await move(client, { ...migrating, journey, tally });
      asked += 1;
      onProgress?.(asked);
    });
    if (asked >= limit || migrating.signal?.aborted) break;
  }
  return tally.report();
}

/** Lets one journey pass after the other, as many in a minute as are wanted. */
function pace({ perMinute, signal }: Migrating): () => Promise<void> {
  if (perMinute === undefined) return async () => undefined;
  let free = performance.now();
  return async () => {
    const at = Math.max(free, performance.now());
    free = at + MINUTE_MS / perMinute;
    await sleep(at - performance.now(), undefined, { signal }).catch(() => undefined); // broken off: the caller looks at the signal
  };
}

interface Moving extends Migrating {
  readonly journey: OpenJourney;
  readonly tally: Tally;
}

async function move(client: Client, moving: Moving): Promise<void> {
  const { journey, from, to, map, tally, patienceMs } = moving;
  const { id: journeyId, turn } = journey;
  const asked = await askToMove(client, { journeyId, turn, request: { toVersionId: to.id, map }, patienceMs });
  const common = { journeyId, version: from.version, stepId: placeOf(journey.last.state), isCredited: false, fix: '' };
  switch (asked.type) {
    case 'silent': {
      const { moves, journeys } = tally.report();
      throw failure('VIV_NO_WORKER', { moved: moves, asked: journeys });
    }
    case 'stays':
      return tally.add({ ...common, outcome: 'stays', reason: asked.reason, fix: asked.fix });
    case 'moved': {
      const isEnd = asked.turn.move.type === 'end';
      const outcome = isEnd ? 'ends' : 'moves';
      return tally.add({ ...common, outcome, reason: asked.kind, isCredited: asked.creditedMs !== undefined });
    }
  }
}

/** Refuses a migration of nobody. Throws VIV_NOTHING_TO_MIGRATE, which says who is under way where. */
export async function requireJourneys(db: Db, { from, to }: Pick<Migrating, 'from' | 'to'>): Promise<number> {
  const { sequence, version, id } = from;
  const counts = new Map<number, number>();
  const places = await countPlaces(single(db), sequence);
  for (const place of places) counts.set(place.version, (counts.get(place.version) ?? 0) + place.running);
  const running = counts.get(version) ?? 0;
  if (running > 0 && id !== to.id) return running;
  const text = [...counts].map(([number, count]) => `${count} on version ${number}`).join(', ');
  throw failure('VIV_NOTHING_TO_MIGRATE', { sequence, from: version, to: to.version, places: text });
}
