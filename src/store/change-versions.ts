import { failure } from '../domain/errors';
import type { Tx } from './db';
import { findNewest, findVersion, type SequenceVersion } from './sequences';

/** The version of that number. Throws VIV_SEQUENCE_UNKNOWN, VIV_VERSION_UNKNOWN, which names those that are there. */
export async function findNumbered(tx: Tx, sequence: string, version: number): Promise<SequenceVersion> {
  const rows = await tx.$queryRaw<{ id: string; version: number }[]>`
    SELECT id, version FROM sequence_version WHERE sequence = ${sequence} ORDER BY version`;
  const found = rows.find((row) => row.version === version);
  if (found) return findVersion(tx, found.id);
  await findNewest(tx, sequence); // an unknown sequence has an error of its own
  throw failure('VIV_VERSION_UNKNOWN', { sequence, version, known: rows.map((row) => row.version).join(', ') });
}

/** The newest version of a sequence; undefined: none is published. */
export async function newestIfAny(tx: Tx, sequence: string): Promise<SequenceVersion | undefined> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM sequence_version WHERE sequence = ${sequence} ORDER BY version DESC LIMIT 1`;
  return row && findVersion(tx, row.id);
}
