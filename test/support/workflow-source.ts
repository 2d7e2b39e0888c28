import { WORKFLOW_BUNDLE } from './built';

/** In the tests in place of src/worker/workflow-source.ts: the bundle that was brought up to date when they began. */
export const workflowSource = () => ({ workflowBundle: { codePath: WORKFLOW_BUNDLE } });
