import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { bundling } from './bundling';
import { WORKFLOW_BUNDLE } from './workflow-source';

// the last step of the build
void bundleWorkflowCode({ ...bundling(require.resolve('../workflows')), logger: new DefaultLogger('WARN') }).then(
  ({ code }) => writeFileSync(WORKFLOW_BUNDLE, code),
);
