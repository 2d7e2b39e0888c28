import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';

/** The workflows as one file, made by the build: a worker then starts without webpack. */
const BUNDLE = path.join(__dirname, 'workflow-bundle.js');
const SOURCE = path.join(__dirname, '../workflows');

/**
 * How the workflows of a file are bundled: every module is loaded once, and shared by all workflows of a worker, each of which would
 * otherwise hold its own. The SDK freezes what they export; none may keep anything between calls. For `bundleWorkflowCode`.
 */
export const bundling = (workflowsPath: string) => ({ workflowsPath, preloadModules: [workflowsPath] });

/** Where a worker takes its workflow code from: the built bundle, else the source (development, tests). */
export function workflowSource(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  return existsSync(BUNDLE) ? { workflowBundle: { codePath: BUNDLE } } : bundledFrom(require.resolve(SOURCE));
}

/** The same for a worker that bundles them at its start. */
export function bundledFrom(file: string): Pick<WorkerOptions, 'workflowsPath' | 'bundlerOptions'> {
  const { workflowsPath, ...bundlerOptions } = bundling(file);
  return { workflowsPath, bundlerOptions };
}

if (require.main === module)
  void bundleWorkflowCode({ ...bundling(require.resolve(SOURCE)), logger: new DefaultLogger('WARN') }).then(
    ({ code }) => writeFileSync(BUNDLE, code),
  );
