/** Packages that come as ES modules alone: jest must translate them. */
const ESM = ['graphile-worker', 'cookie', 'uuid'];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  transform: {
    '^.+\\.[cm]?[jt]sx?$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
      },
    ],
  },
  // one bundle of the workflows for all workers
  moduleNameMapper: { '(^|/)workflow-source$': '<rootDir>/test/support/workflow-source.ts' },
  transformIgnorePatterns: [`/node_modules/(?!(${ESM.join('|')})/)`],
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  // what test files leave in the memory of a worker makes it slower and slower
  workerIdleMemoryLimit: '900MB',
  // on two cores: jest alone would take one worker, and wait for each answer of a server
  maxWorkers: 3,
  testTimeout: 30_000,
};
