const path = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const TESTS = path.resolve(__dirname, '..');
/** Where the files lie that take longest: one that begins last is waited for by all. */
const LONG = /^(e2e|workflows|worker|replay|faults|domain\/simulation)\//;

/** Where nothing is known of an earlier run jest goes by the size of the files: these go before it. */
module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = (test) => test.duration === undefined && LONG.test(path.relative(TESTS, test.path));
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
