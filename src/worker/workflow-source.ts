import { existsSync } from 'node:fs';
import path from 'node:path';

/** The workflows as one file, made by the build (bundle.ts): a worker then starts without webpack. */
export const WORKFLOW_BUNDLE = path.join(__dirname, 'workflow-bundle.js');

/** Where a worker takes its workflow code from: the built bundle, else the source (development). */
export function workflowSource():
  | { readonly workflowBundle: { codePath: string } }
  | { readonly workflowsPath: string } {
  return existsSync(WORKFLOW_BUNDLE)
    ? { workflowBundle: { codePath: WORKFLOW_BUNDLE } }
    : { workflowsPath: require.resolve('../workflows') };
}
