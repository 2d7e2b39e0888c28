import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';

/** The workflows as one file, made by the build: a worker then starts without webpack. */
const BUNDLE = path.join(__dirname, 'workflow-bundle.js');
const SOURCE = path.join(__dirname, '../workflows');

/** How the workflows of a file are bundled: their modules are loaded once and shared, since each workflow in a worker's memory would hold its own. */
export const bundling = (workflowsPath: string) => ({ workflowsPath, preloadModules: [workflowsPath] });

/** Where a worker takes its workflow code from: the built bundle, else the source (development, tests). */
export function workflowSource(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  return existsSync(BUNDLE) ? { workflowBundle: { codePath: BUNDLE } } : bundledFrom(require.resolve(SOURCE));
}

/** For a worker that bundles the workflows of a file at its start. */
export function bundledFrom(file: string): Pick<WorkerOptions, 'workflowsPath' | 'bundlerOptions'> {
  const { workflowsPath, ...bundlerOptions } = bundling(file);
  return { workflowsPath, bundlerOptions };
}

if (require.main === module)
  void bundleWorkflowCode({ ...bundling(require.resolve(SOURCE)), logger: new DefaultLogger('WARN') }).then(
    ({ code }) => writeFileSync(BUNDLE, code),
  );
