import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** The workflows as one file, made by the build: a worker then starts without webpack. */
const BUNDLE = path.join(__dirname, 'workflow-bundle.js');
const SOURCE = path.join(__dirname, '../workflows');

/** Where a worker takes its workflow code from: the built bundle, else the source (development, tests). */
export function workflowSource():
  | { readonly workflowBundle: { codePath: string } }
  | { readonly workflowsPath: string } {
  return existsSync(BUNDLE) ? { workflowBundle: { codePath: BUNDLE } } : { workflowsPath: require.resolve(SOURCE) };
}

if (require.main === module)
  void bundleWorkflowCode({ workflowsPath: require.resolve(SOURCE), logger: new DefaultLogger('WARN') }).then(
    ({ code }) => writeFileSync(BUNDLE, code),
  );
