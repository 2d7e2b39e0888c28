// Loads TypeScript for what is measured, in this process and its threads: src as it was built, since that is what users run. Any other
// way of loading it costs: tsx names each closure when it is made, and esbuild makes each export a getter. bench and test, which only
// measure, are translated when they are loaded.
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { transformSync } = require('esbuild');

const ROOT = path.join(__dirname, '..');
const OPTIONS = { loader: 'ts', format: 'cjs', target: 'node20', sourcemap: 'inline' };

require.extensions['.ts'] = (module, sourcefile) => {
  const built = builtOf(sourcefile);
  if (built === undefined) module._compile(transformed(sourcefile), sourcefile);
  else module.exports = require(built);
};

const transformed = (sourcefile) => transformSync(readFileSync(sourcefile, 'utf8'), { ...OPTIONS, sourcefile }).code;

function builtOf(sourcefile) {
  const [top, ...rest] = path.relative(ROOT, sourcefile).split(path.sep);
  return top === 'src' ? path.join(ROOT, 'dist', ...rest).replace(/\.ts$/, '.js') : undefined;
}
