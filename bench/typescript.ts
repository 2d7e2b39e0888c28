import path from 'node:path';

/** Flags of node for processes that a bench starts: they run TypeScript as this one does. */
export const RUNS_TYPESCRIPT: readonly string[] = ['--require', path.join(__dirname, 'require-typescript.cjs')];
