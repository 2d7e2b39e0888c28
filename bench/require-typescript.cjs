// Loads TypeScript for what is measured, in this process and its threads. As the build is: tsx names each closure when it is made,
// which alone makes a simulation a third slower than the program that users run.
const { readFileSync } = require('node:fs');
const { transformSync } = require('esbuild');

const OPTIONS = { loader: 'ts', format: 'cjs', target: 'node20', sourcemap: 'inline' };

require.extensions['.ts'] = (module, sourcefile) =>
  module._compile(transformSync(readFileSync(sourcefile, 'utf8'), { ...OPTIONS, sourcefile }).code, sourcefile);
