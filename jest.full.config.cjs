const config = require('./jest.config.cjs');

/** What is too heavy for each `npm test`: `npm run test:full`. */
module.exports = { ...config, testMatch: ['**/*.full.ts'], testTimeout: 1_800_000 };
