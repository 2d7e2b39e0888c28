// Loaded by `--require` into every thread of a measured worker. Workflows live in threads of the SDK, which nobody can ask for a
// collection: without this the figure is as much garbage as memory.
const { isMainThread } = require('node:worker_threads');
if (!isMainThread) setInterval(() => globalThis.gc?.(), 1_000).unref();
