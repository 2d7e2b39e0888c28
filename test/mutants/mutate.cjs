const { readFileSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');

/** The ledger as it must not be: each entry is a change of our source, and the test that must see it. */
const all = () => JSON.parse(readFileSync(path.join(__dirname, 'ledger.json'), 'utf8'));

/** The one that this process is told to try: MUTANT=its name. */
const chosen = () => {
  const name = process.env.MUTANT;
  if (!name) return undefined;
  const mutant = all().find((one) => one.name === name);
  if (!mutant) throw new Error(`no mutant "${name}" in test/mutants/ledger.json`);
  return mutant;
};

const replaced = (source, { from, to }) => {
  if (source.split(from).length !== 2) throw new Error(`this must stand once in the source: ${from}`);
  return source.replace(from, () => to);
};

/** The source of a file as the chosen mutant has it. */
function mutated(source, file) {
  const mutant = chosen();
  if (!mutant || path.relative(ROOT, file) !== mutant.file) return source;
  return [mutant, ...(mutant.also ? [mutant.also] : [])].reduce(replaced, source);
}

module.exports = { all, chosen, mutated, replaced, ROOT };
