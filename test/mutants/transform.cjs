const { createHash } = require('node:crypto');
const swc = require('@swc/jest');
const { chosen, mutated } = require('./mutate.cjs');

/** Translates as all tests do, with one file changed as MUTANT says. */
module.exports = {
  createTransformer(options) {
    const inner = swc.createTransformer(options);
    return {
      canInstrument: inner.canInstrument,
      process: (source, file, more) => inner.process(mutated(source, file), file, more),
      getCacheKey: (source, file, more) =>
        createHash('sha1')
          .update(inner.getCacheKey(mutated(source, file), file, more))
          .update(chosen()?.name ?? '')
          .digest('hex'),
    };
  },
};
