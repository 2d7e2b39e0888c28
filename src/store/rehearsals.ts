import { z } from 'zod';
import type { Instant, Json } from '../domain/ids';
import { scriptSchema } from '../domain/rehearsal/script';
import type { Db } from './db';

/** A sequence that is not published: it is, in the scratch database alone. */
const draftSchema = z.object({ definition: z.json().transform((json): Json => json), source: z.string() }).readonly();

/** What a rehearsal was asked to do; kept whole, so that a restart can carry it on. */
export const rehearsalOptionsSchema = z
  .object({
    name: z.string(),
    script: scriptSchema,
    /** Who is copied. */
    contactIds: z.array(z.uuid()).readonly(),
    /** Who enters which sequence at the start: the draft, else its newest version. */
    enter: z
      .array(
        z.object({ sequence: z.string(), draft: draftSchema.optional(), contactIds: z.array(z.uuid()).readonly() }),
      )
      .readonly(),
    /** Whether the sweep runs once at the start, and enters the clients who have become inactive. */
    sweep: z.boolean(),
  })
  .readonly();
export type RehearsalOptions = z.output<typeof rehearsalOptionsSchema>;

const statusSchema = z.enum(['preparing', 'running', 'finished']);
export type RehearsalStatus = z.output<typeof statusSchema>;

export interface RehearsalRow {
  readonly id: string;
  readonly database: string;
  readonly taskQueue: string;
  readonly options: RehearsalOptions;
  /** Business time at which everyone enters. */
  readonly startedAt: Instant;
  readonly status: RehearsalStatus;
}

/** All rehearsals run on task queues of this kind: a connection tells them from live work by it. */
export const REHEARSAL_QUEUE = 'rehearsal-';

/** Registers a rehearsal before anything of it exists. `options`: as `rehearsalOptionsSchema` gave them. */
export async function registerRehearsal(
  db: Db,
  o: { readonly id: string; readonly options: RehearsalOptions; readonly startedAt: Instant },
): Promise<RehearsalRow> {
  const { id, options, startedAt } = o;
  const row = {
    id,
    database: `viveiro_rehearsal_${id.replaceAll('-', '')}`,
    taskQueue: `${REHEARSAL_QUEUE}${id}`,
    status: 'preparing' as const,
  };
  const { name, script } = options;
  const json = JSON.parse(JSON.stringify(options));
  await db.rehearsal.create({
    data: { ...row, name, seed: script.seed, options: json, startedAt: new Date(startedAt) },
  });
  return { ...row, options, startedAt };
}

/** It is prepared: its journeys may run. */
export async function markRunning(db: Db, id: string): Promise<void> {
  await db.rehearsal.update({ where: { id }, data: { status: 'running' } });
}

/** `finishedAt`: real time. */
export async function finishRehearsal(db: Db, id: string, finishedAt: Instant): Promise<void> {
  await db.rehearsal.update({ where: { id }, data: { status: 'finished', finishedAt: new Date(finishedAt) } });
}

/** Rehearsals that were begun and not finished, oldest first: a restart carries them on. */
export async function unfinishedRehearsals(db: Db): Promise<readonly RehearsalRow[]> {
  const rows = await db.rehearsal.findMany({ where: { status: { not: 'finished' } }, orderBy: { startedAt: 'asc' } });
  return rows.map(toRow);
}

interface Stored {
  readonly id: string;
  readonly database: string;
  readonly taskQueue: string;
  readonly options: unknown;
  readonly startedAt: Date;
  readonly status: string;
}

/** The script was parsed before it was stored, so its durations are numbers: it is read as it stands. */
function toRow({ id, database, taskQueue, options, startedAt, status }: Stored): RehearsalRow {
  return {
    id,
    database,
    taskQueue,
    options: options as RehearsalOptions, // written by `registerRehearsal` alone, from parsed options
    startedAt: startedAt.getTime(),
    status: statusSchema.parse(status),
  };
}
