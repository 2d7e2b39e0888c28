const config = require('./jest.config.cjs');

const [[files, [, options]]] = Object.entries(config.transform);

/** One named test against one mutant of the ledger: test/full/mutants.full.ts runs it, on the servers that it has started. */
module.exports = {
  ...config,
  globalSetup: undefined,
  globalTeardown: undefined,
  transform: { [files]: ['<rootDir>/test/mutants/transform.cjs', options] },
  maxWorkers: 1,
};
