/** What the SDK calls around the workflows' own code. */
const INTERCEPTORS = require.resolve('../workflows/interceptors');

/**
 * How the workflows of a file are bundled: every module is loaded once, and shared by all workflows of a worker, each of which would
 * otherwise hold its own. The SDK freezes what they export; none may keep anything between calls. For `bundleWorkflowCode`.
 */
export const bundling = (workflowsPath: string) => ({
  workflowsPath,
  workflowInterceptorModules: [INTERCEPTORS],
  preloadModules: [workflowsPath, INTERCEPTORS],
});
