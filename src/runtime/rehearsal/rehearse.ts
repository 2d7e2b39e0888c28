import { failure } from '../../domain/errors';
import { type Json, newId } from '../../domain/ids';
import type { Script } from '../../domain/rehearsal/script';
import type { Definition } from '../../domain/sequence/definition';
import { problemText } from '../../domain/yaml/problem';
import { newestContacts } from '../../store/audience';
import { contactIdOf } from '../../store/contact-ref';
import { connect, type Db, disconnect, transaction } from '../../store/db';
import { finishRehearsal, type RehearsalOptions, type RehearsalRow, registerRehearsal } from '../../store/rehearsals';
import { findNewest } from '../../store/sequences';
import { type JourneySummary, summaryOf } from '../../store/summary';
import { type TimelineEntry, timeline } from '../../store/timeline';
import { readSequenceFile } from '../sequence-files';
import type { RehearsalPlatform } from './platform';
import { type Rehearsing, runRehearsal } from './run';
import { dropScratch } from './scratch';

export interface RehearseRequest extends Pick<Rehearsing, 'onProgress' | 'signal'> {
  readonly platform: RehearsalPlatform;
  /** A published sequence, or a file that need not be. */
  readonly sequence: { readonly name: string } | { readonly file: string };
  readonly contacts: { readonly emails: readonly string[] } | { readonly newest: number };
  readonly script: Script;
  /** Whether its database stays. */
  readonly keep: boolean;
}

export interface Rehearsed {
  readonly rehearsal: string;
  readonly sequence: string;
  readonly timeline: readonly TimelineEntry[];
  readonly summary: JourneySummary;
  readonly realSeconds: number;
  /** Name of its database, when it is kept. */
  readonly database: string | null;
}

/**
 * Rehearses one sequence with copies of contacts, to the end. Live data stay as they are. Throws VIV_SEQUENCE_UNKNOWN,
 * VIV_SEQUENCE_INVALID, VIV_CONTACT_UNKNOWN, VIV_ENROL_REFUSED (a lead's sequence for a contact with no lead, …).
 */
export async function rehearse(request: RehearseRequest): Promise<Rehearsed> {
  const { platform, script, keep, onProgress, signal } = request;
  const beganAt = performance.now();
  const { databaseUrl } = platform;
  const row = await withDb(databaseUrl, async (live) => {
    const { draft, definition } = await sequenceOf(live, request);
    const contactIds = await contactsOf(live, request, definition);
    const { sequence } = definition;
    const enter = [{ sequence, draft, contactIds }];
    const options: RehearsalOptions = { name: sequence, script, contactIds, enter, sweep: false };
    return registerRehearsal(live, { id: newId(), options, startedAt: Date.now() });
  });
  const told = await orDiscarded(
    platform,
    row,
    runRehearsal({ platform, row, onProgress, signal }).then((scratchUrl) => withDb(scratchUrl, tell)),
  );
  if (!keep) await dropScratch(databaseUrl, row.database);
  const realSeconds = Math.round((performance.now() - beganAt) / 100) / 10;
  const sequence = row.options.name;
  return { rehearsal: row.id, sequence, ...told, realSeconds, database: keep ? row.database : null };
}

const tell = async (scratch: Db) => ({ timeline: await timeline(scratch), summary: await summaryOf(scratch) });

/** One that was stopped or has failed is not carried on: whoever asked for it is told, and asks again. */
async function orDiscarded<T>(platform: RehearsalPlatform, row: RehearsalRow, running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    await withDb(platform.databaseUrl, (live) => finishRehearsal(live, row.id, Date.now()));
    await dropScratch(platform.databaseUrl, row.database);
    throw error;
  }
}

async function withDb<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = connect(url, 2);
  try {
    return await work(db);
  } finally {
    await disconnect(db);
  }
}

interface ToRehearse {
  readonly definition: Definition;
  readonly draft?: { readonly definition: Json; readonly source: string };
}

async function sequenceOf(live: Db, { sequence, platform }: RehearseRequest): Promise<ToRehearse> {
  if ('name' in sequence) return transaction(live, (tx) => findNewest(tx, sequence.name));
  const read = await readSequenceFile(sequence.file, platform.content.known);
  if (read.type === 'valid')
    return { definition: read.definition, draft: { definition: read.input, source: read.source } };
  const problems = read.problems.map(problemText).join('\n');
  throw failure('VIV_SEQUENCE_INVALID', { file: sequence.file, problems });
}

async function contactsOf(
  live: Db,
  { contacts }: RehearseRequest,
  { audience }: Definition,
): Promise<readonly string[]> {
  if ('newest' in contacts) return newestContacts(live, { audience, limit: contacts.newest });
  const ids: string[] = [];
  for (const email of contacts.emails) ids.push(await contactIdOf(live, { email }));
  return [...new Set(ids)];
}
