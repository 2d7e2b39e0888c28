import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Known } from '../../domain/sequence/checks';
import { type Problem, problemText } from '../../domain/yaml/problem';
import { loadTemplates } from '../../mail/templates';
import { readConfig } from '../../runtime/config';
import { contentFolders } from '../../runtime/content';
import { loadRules } from '../../runtime/rules';
import { knownFrom, publishFiles, readSequenceFile, type SequenceFile } from '../../runtime/sequence-files';
import { listSequences } from '../../store/sequences';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { table } from '../table';

const EXIT_INVALID = 2; // as for errors of that kind, see the registry

interface Options {
  readonly rules?: string;
  readonly templates?: string;
  readonly json?: boolean;
}

/** `viveiro sequence validate|publish|list` */
export function register(program: Command): void {
  const sequence = program.command('sequence').description('sequences: check their files, publish versions, list them');
  sequence
    .command('validate')
    .argument('<file...>', 'YAML files')
    .option(
      '--rules <folder>',
      'rules to check names against; default: "rules" beside the first file, else the configured ones',
    )
    .option('--templates <folder>', 'mail templates to check against; default: the configured ones')
    .option('--json', 'one JSON object')
    .description(
      'say what is wrong with sequence files, like a compiler; needs no database; exit code 2 if something is',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro sequence validate sequences/*.yaml
  $ viveiro sequence validate drafts/spring.yaml --templates drafts/templates`,
    )
    .action(validate);
  sequence
    .command('publish')
    .argument('<file...>', 'YAML files')
    .option('--rules <folder>', 'as for validate')
    .option('--templates <folder>', 'as for validate')
    .option('--json', 'one JSON object')
    .description('make a new version of each sequence that changed; with one file invalid, of none')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro sequence publish sequences/course-nurture.yaml`,
    )
    .action(publish);
  sequence
    .command('list')
    .option('--json', 'one JSON object')
    .description('published sequences with their newest version and how many journeys are under way')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro sequence list
  $ viveiro sequence list --json`,
    )
    .action(list);
}

async function validate(files: readonly string[], options: Options): Promise<void> {
  const known = await knownFor(files, options);
  const read = await Promise.all(files.map((file) => readSequenceFile(file, known)));
  const isValid = read.every(({ type }) => type === 'valid');
  if (options.json) writeJson({ isValid, files: read.map(asJson) });
  else process.stdout.write(asText(read));
  if (!isValid) process.exitCode = EXIT_INVALID;
}

async function publish(files: readonly string[], options: Options): Promise<void> {
  const known = await knownFor(files, options);
  const published = await withDatabase((db) => publishFiles(db, { files, known, now: Date.now() }));
  if (options.json) {
    writeJson({ published });
    return;
  }
  for (const { sequence, version, status } of published)
    process.stdout.write(
      `${sequence} version ${version} ${status === 'unchanged' ? 'says the same already' : 'published'}\n`,
    );
}

async function list({ json }: Pick<Options, 'json'>): Promise<void> {
  const sequences = await withDatabase(listSequences);
  if (json) {
    writeJson({ sequences });
    return;
  }
  const rows = sequences.map(({ sequence, version, audience, running, publishedAt, title }) => [
    sequence,
    String(version),
    audience,
    String(running),
    new Date(publishedAt).toISOString().slice(0, 10),
    title,
  ]);
  process.stdout.write(table(['sequence', 'version', 'audience', 'running', 'published', 'title'], rows));
}

/** What the files may name. Rules stand beside the sequences, as in the shipped folder. */
async function knownFor(files: readonly string[], options: Options): Promise<Known> {
  const folders = contentFolders(readConfig(process.env));
  const beside = path.join(path.dirname(files[0] ?? '.'), 'rules');
  const rules = await loadRules(options.rules ?? (existsSync(beside) ? beside : folders.rules));
  const templates = loadTemplates(options.templates ?? folders.templates);
  return { ...knownFrom(rules), checkTemplate: (name, mail) => templates.check(name, mail) };
}

const problemsOf = (read: SequenceFile): readonly Problem[] => (read.type === 'valid' ? read.warnings : read.problems);

function asJson(read: SequenceFile) {
  return { file: read.file, isValid: read.type === 'valid', problems: problemsOf(read) };
}

function asText(read: readonly SequenceFile[]): string {
  const lines = read.flatMap((one) => [
    ...problemsOf(one).map(problemText),
    ...(one.type === 'valid'
      ? [`${one.file}: ${one.definition.sequence} is valid, ${one.definition.steps.length} steps`]
      : []),
  ]);
  return `${lines.join('\n')}\n`;
}
