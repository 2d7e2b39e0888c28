import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../domain/errors';
import type { Instant } from '../../domain/ids';
import { connect, type Db, disconnect } from '../../store/db';
import { keysFrom } from '../../store/keys';
import { type JourneyProgress, journeyProgress } from '../../store/progress';
import { createReactions } from '../../store/reactions';
import { finishRehearsal, type RehearsalRow } from '../../store/rehearsals';
import { type Engine, startEngine } from '../engine';
import type { RehearsalPlatform } from './platform';
import { prepareRehearsal } from './prepare';
import { createScratch } from './scratch';

export interface RehearsalProgress {
  readonly stage: 'preparing' | 'running';
  /** Journeys that have entered so far, or that have ended. */
  readonly done: number;
  readonly total: number;
  /** Latest business time that any journey has reached. */
  readonly reachedAt: Instant | null;
}

export interface Rehearsing {
  readonly platform: RehearsalPlatform;
  readonly row: RehearsalRow;
  readonly onProgress?: (progress: RehearsalProgress) => void;
  /** Hears of the scratch database as soon as journeys may run on it. */
  readonly onReady?: (scratchUrl: string) => Promise<void>;
  /** Stops the rehearsal where it stands: it can be carried on later. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a rehearsal to the end of all its journeys and handoffs, or carries on one that was broken off. Answers the URL of its
 * scratch database, which stays. Throws VIV_REHEARSAL_STALLED when nothing moves any more.
 */
export async function runRehearsal(rehearsing: Rehearsing): Promise<string> {
  const { platform, row, onReady } = rehearsing;
  const { databaseUrl, content } = platform;
  const reactions = createReactions(row.options.script);
  const scratchUrl =
    row.status === 'preparing'
      ? await prepareRehearsal({
          databaseUrl,
          keys: keysFrom(platform.mail.addressKey ?? platform.mail.linkSecret),
          row,
          turn: { rules: content.rules, reactions },
          templates: content.templates,
          onEntered: (done) =>
            rehearsing.onProgress?.({ stage: 'preparing', done, total: entering(row), reachedAt: null }),
        })
      : await createScratch(databaseUrl, row.database);
  await onReady?.(scratchUrl);
  const engine = await startEngine({
    databaseUrl: scratchUrl,
    temporal: platform.temporal,
    taskQueue: row.taskQueue,
    rules: content.rules,
    templates: content.templates,
    mail: { ...platform.mail, smtpUrl: platform.inboxSmtpUrl },
    reactions,
  });
  try {
    await toTheEnd(engine, rehearsing);
  } finally {
    await engine.stop();
  }
  await markFinished(databaseUrl, row.id);
  return scratchUrl;
}

const entering = ({ options }: RehearsalRow): number =>
  options.enter.reduce((sum, { contactIds }) => sum + contactIds.length, 0);

async function markFinished(databaseUrl: string, id: string): Promise<void> {
  const live: Db = connect(databaseUrl, 1);
  try {
    await finishRehearsal(live, id, Date.now());
  } finally {
    await disconnect(live);
  }
}

const LOOK_EVERY_MS = 200;
/** Longer than any lease or retry of an activity takes in real time. */
const STALLED_AFTER_MS = 180_000;

async function toTheEnd(engine: Engine, { onProgress, row, signal }: Rehearsing): Promise<void> {
  let failed: unknown;
  engine.finished.catch((error: unknown) => {
    failed = error;
  });
  let moved = { mark: '', at: performance.now() };
  for (;;) {
    signal?.throwIfAborted();
    if (failed) throw failed;
    const progress = await journeyProgress(engine.db);
    const { ended, running, reachedAt } = progress;
    onProgress?.({ stage: 'running', done: ended, total: ended + running, reachedAt });
    if (isOver(progress)) return;
    const mark = JSON.stringify(progress);
    if (mark !== moved.mark) moved = { mark, at: performance.now() };
    if (performance.now() - moved.at > STALLED_AFTER_MS)
      throw failure('VIV_REHEARSAL_STALLED', { rehearsal: row.id, running, openHandoffs: progress.openHandoffs });
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined); // the loop looks at the signal
  }
}

const isOver = ({ running, openHandoffs }: JourneyProgress): boolean => running === 0 && openHandoffs === 0;
