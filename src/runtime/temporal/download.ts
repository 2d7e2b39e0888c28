import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { TEMPORAL_VERSION } from './program';

/** Temporal's own site, the one that its SDKs download from. */
export const DOWNLOAD_SITE = 'https://temporal.download';
const FIRST_ANSWER_MS = 5000;
const run = promisify(execFile);

/** Downloads Temporal's CLI into a folder. Without a network it fails within seconds. */
export async function downloadProgram(folder: string, site = DOWNLOAD_SITE): Promise<string> {
  const archive = path.join(folder, 'temporal.tar.gz');
  const response = await firstAnswer(archiveUrl(site));
  if (!response.ok || !response.body) throw new Error(`${site} answers ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
  await run('tar', ['-xzf', archive, '-C', folder, 'temporal']);
  return path.join(folder, 'temporal');
}

/** Whether the site can be reached, with nothing downloaded. Throws an Error that says why not. */
export async function probeDownload(site = DOWNLOAD_SITE): Promise<void> {
  const response = await firstAnswer(archiveUrl(site), 'HEAD');
  if (!response.ok) throw new Error(`${site} answers ${response.status}`);
}

function archiveUrl(site: string): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `${site}/cli/archive/v${TEMPORAL_VERSION}?platform=${platform}&arch=${arch}&format=tar.gz`;
}

/** The limit is for the answer to begin; its body may take as long as it needs. */
async function firstAnswer(url: string, method = 'GET'): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), FIRST_ANSWER_MS);
  try {
    return await fetch(url, { method, signal: limit.signal });
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : 'no answer';
    throw new Error(`${new URL(url).host} cannot be reached: ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
