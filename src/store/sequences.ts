import { failure } from '../domain/errors';
import { type Instant, type Json, newId } from '../domain/ids';
import { type Definition, definitionSchema } from '../domain/sequence/definition';
import { checksumOf } from './checksum';
import { type Db, type Tx, transaction } from './db';
import { createMemory } from './memory';

/** A published version of a sequence: it never changes. */
export interface SequenceVersion {
  readonly id: string;
  readonly sequence: string;
  readonly version: number;
  readonly definition: Definition;
}

export interface Publication {
  /** The definition as its file says it (durations are text), after it was found valid. */
  readonly definition: Json;
  /** The file itself. */
  readonly source: string;
  readonly now: Instant;
}

export interface Published {
  readonly id: string;
  readonly version: number;
  readonly status: 'published' | 'unchanged';
}

/**
 * Makes the next version of a sequence, unless the newest says the same already (order of keys and comments apart).
 * Publishing at the same time waits in turn. Throws VIV_SEQUENCE_INVALID.
 */
export function publish(db: Db, { definition, source, now }: Publication): Promise<Published> {
  const { sequence } = compiled(definition, 'The definition to publish');
  const checksum = checksumOf(definition);
  return transaction(db, async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`sequence ${sequence}`}, 0))::text`;
    const [newest] = await tx.$queryRaw<{ id: string; version: number; checksum: string }[]>`
      SELECT id, version, checksum FROM sequence_version WHERE sequence = ${sequence} ORDER BY version DESC LIMIT 1`;
    if (newest?.checksum === checksum) return { id: newest.id, version: newest.version, status: 'unchanged' };
    const [id, version] = [newId(), (newest?.version ?? 0) + 1];
    await tx.$executeRaw`
      INSERT INTO sequence_version (id, sequence, version, definition, source, checksum, published_at)
      VALUES (${id}::uuid, ${sequence}, ${version}, ${JSON.stringify(definition)}::jsonb, ${source}, ${checksum},
        ${new Date(now)})`;
    return { id, version, status: 'published' };
  });
}

/** The newest version of each sequence, by name. */
export async function newestVersions(tx: Tx): Promise<readonly SequenceVersion[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT ON (sequence) id FROM sequence_version ORDER BY sequence, version DESC`;
  return loaded(tx, rows);
}

/** The newest version of a sequence. Throws VIV_SEQUENCE_UNKNOWN, which names those that are published. */
export async function findNewest(tx: Tx, sequence: string): Promise<SequenceVersion> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM sequence_version WHERE sequence = ${sequence} ORDER BY version DESC LIMIT 1`;
  const [version] = await loaded(tx, rows);
  if (version) return version;
  const known = await tx.$queryRaw<{ sequence: string }[]>`
    SELECT DISTINCT sequence FROM sequence_version ORDER BY sequence`;
  throw failure('VIV_SEQUENCE_UNKNOWN', { sequence, known: known.map((row) => row.sequence).join(', ') });
}

/** A version by its id; from memory after the first time. Throws VIV_NOT_FOUND. */
export async function findVersion(tx: Tx, id: string): Promise<SequenceVersion> {
  const [version] = await loaded(tx, [{ id }]);
  if (!version) throw failure('VIV_NOT_FOUND', { what: `Sequence version ${id}` });
  return version;
}

/** Newest versions that an event of this type enters, by name of the sequence. */
export async function versionsEnteredBy(tx: Tx, eventType: string): Promise<readonly SequenceVersion[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT v.id FROM sequence_version v
    WHERE v.definition->'enter'->'on' @> to_jsonb(${eventType}::text)
      AND NOT EXISTS (SELECT 1 FROM sequence_version n WHERE n.sequence = v.sequence AND n.version > v.version)
    ORDER BY v.sequence`;
  return loaded(tx, rows);
}

export interface ListedSequence {
  readonly sequence: string;
  readonly version: number;
  readonly title: string;
  readonly audience: Definition['audience'];
  readonly publishedAt: Instant;
  /** Journeys under way, on any version. */
  readonly running: number;
}

/** Every published sequence with its newest version, by name. */
export async function listSequences(db: Db): Promise<readonly ListedSequence[]> {
  return db.$queryRaw<ListedSequence[]>`
    SELECT DISTINCT ON (v.sequence) v.sequence, v.version, v.definition->>'title' AS title,
      v.definition->>'audience' AS audience, (extract(epoch FROM v.published_at) * 1000)::float8 AS "publishedAt",
      (SELECT count(*)::int FROM journey j WHERE j.sequence = v.sequence AND j.status = 'running') AS running
    FROM sequence_version v ORDER BY v.sequence, v.version DESC`;
}

/** Ids are unique across databases, so memory serves every database of the process. */
const remembered = createMemory<SequenceVersion>();

interface Row {
  readonly id: string;
  readonly sequence: string;
  readonly version: number;
  readonly definition: Json;
}

/** Versions in the order of the ids; ids of no version are left out. One statement, or none. */
async function loaded(tx: Tx, ids: readonly { readonly id: string }[]): Promise<readonly SequenceVersion[]> {
  const unknown = ids.map(({ id }) => id).filter((id) => !remembered.get(id));
  const rows = unknown.length > 0 ? await readRows(tx, unknown) : [];
  const read = new Map(rows.map((row) => [row.id, versionOf(row)]));
  const versions = ids.flatMap(({ id }) => remembered.get(id) ?? read.get(id) ?? []);
  for (const [id, version] of read) remembered.keep(id, version);
  return versions;
}

function readRows(tx: Tx, ids: string[]): Promise<Row[]> {
  return tx.$queryRaw<Row[]>`
    SELECT id, sequence, version, definition FROM sequence_version WHERE id = ANY(${ids}::uuid[])`;
}

function versionOf({ id, sequence, version, definition }: Row): SequenceVersion {
  return { id, sequence, version, definition: compiled(definition, `${sequence} version ${version}`) };
}

function compiled(definition: Json, file: string): Definition {
  const result = definitionSchema.safeParse(definition);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw failure('VIV_SEQUENCE_INVALID', { file, problems: problems.join('\n') });
}
