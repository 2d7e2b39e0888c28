import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, type Plugin, stop } from 'esbuild';
import { chosen, mutated } from '../mutants/mutate.cjs';

const ROOT = path.resolve(__dirname, '../..');
const made = new Map<string, Promise<string>>();

/** For after the tests of a file that start processes. */
export async function removeBundles(): Promise<void> {
  for (const file of await Promise.all(made.values())) rmSync(path.dirname(file), { recursive: true });
  made.clear();
  await stop();
}

/** One file of JavaScript from a TypeScript file of this repository and all that it imports: a process of it starts at once. */
export function bundleOf(entry: string): Promise<string> {
  const known = made.get(entry) ?? bundle(entry);
  made.set(entry, known);
  return known;
}

/** Prisma's compiler of queries is large, and most processes need it never: it is read where it lies when it is asked for. */
const compilerWhereItLies: Plugin = {
  name: 'compiler-where-it-lies',
  setup(building) {
    building.onResolve({ filter: /wasm-base64/ }, ({ path: name, resolveDir }) => ({
      path: require.resolve(name, { paths: [resolveDir] }),
      external: true,
    }));
  },
};

/** With MUTANT, the source that test/full/mutants.full.ts tries. */
const asMutated: Plugin = {
  name: 'as-mutated',
  setup(building) {
    const mutant = chosen();
    if (!mutant) return;
    building.onLoad({ filter: /\.ts$/ }, ({ path: file }) =>
      path.relative(ROOT, file) === mutant.file
        ? { contents: mutated(readFileSync(file, 'utf8'), file), loader: 'ts' }
        : undefined,
    );
  },
};

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
    plugins: [asMutated, compilerWhereItLies],
    minifyWhitespace: true,
  });
  return outfile;
}
