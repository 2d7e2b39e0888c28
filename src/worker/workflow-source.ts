import { existsSync } from 'node:fs';
import path from 'node:path';
import type { WorkerOptions } from '@temporalio/worker';
import { bundling } from './bundling';

/** The workflows as one file, made by the build (bundle.ts): a worker then starts without webpack. */
export const WORKFLOW_BUNDLE = path.join(__dirname, 'workflow-bundle.js');

type Source = Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'interceptors' | 'bundlerOptions'>;

/** Where a worker takes its workflow code from: the built bundle, else the source (development). */
export function workflowSource(): Source {
  return existsSync(WORKFLOW_BUNDLE)
    ? { workflowBundle: { codePath: WORKFLOW_BUNDLE } }
    : bundledFrom(require.resolve('../workflows'));
}

/** For a worker that bundles the workflows of a file at its start. */
function bundledFrom(file: string): Source {
  const { workflowsPath, workflowInterceptorModules, preloadModules } = bundling(file);
  return {
    workflowsPath,
    interceptors: { workflowModules: workflowInterceptorModules },
    bundlerOptions: { preloadModules },
  };
}
