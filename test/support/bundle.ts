import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(__dirname, '../..');
const made = new Map<string, Promise<string>>();

/** One file of JavaScript from a TypeScript file of this repository and all that it imports: a process of it starts at once. */
export function bundleOf(entry: string): Promise<string> {
  const known = made.get(entry) ?? bundle(entry);
  made.set(entry, known);
  return known;
}

async function bundle(entry: string): Promise<string> {
  const outfile = path.join(mkdtempSync(path.join(tmpdir(), 'bundle-')), 'child.cjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    // Temporal's packages take half of the start; a plain process is in no activity
    alias: { '@temporalio/activity': path.join(ROOT, 'test/support/no-activity.ts') },
    external: ['pg-native'],
  });
  return outfile;
}
